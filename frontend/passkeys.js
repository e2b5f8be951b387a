// Asks the device for a passkey when a form with data-passkey is submitted, and submits the answer.
// The names are those of the Web Authentication API; binary values travel as base64url.

const asBytes = (text) => {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
};

const asText = (buffer) => {
  const characters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const withBytes = (credentials) =>
  (credentials ?? []).map((each) => ({ ...each, id: asBytes(each.id) }));

const requests = {
  async create({ publicKey }) {
    const credential = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: asBytes(publicKey.challenge),
        user: { ...publicKey.user, id: asBytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
      },
    });
    return toJson(credential, {
      attestationObject: asText(credential.response.attestationObject),
      transports: credential.response.getTransports?.() ?? [],
    });
  },
  async get({ publicKey }) {
    const credential = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: asBytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
    return toJson(credential, {
      authenticatorData: asText(credential.response.authenticatorData),
      signature: asText(credential.response.signature),
      userHandle: credential.response.userHandle ? asText(credential.response.userHandle) : null,
    });
  },
};

function toJson(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: asText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: asText(credential.response.clientDataJSON), ...response },
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-passkey-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      form.elements.credential.value = await requests[form.dataset.passkey](options);
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      problem.hidden = false;
    }
  });
}
