"""The pages: fetch, form, service, redirect."""
