// A certified OpenID Provider in the shape of Microsoft Entra ID: one tenant, whose tokens have Entra's issuer, claims and URLs.
//
// `node entra.mjs '{"port": 4599, "tenant": "...", "client": "..."}'` prints "ready" when it answers. Its keys are new at each start.
// A token is requested by client credentials. The query of the requested resource sets claims of the token; a number after "~" is a
// time, in seconds from now: resource=urn:assertion?aud=...&exp=~-120.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const { port, tenant, client } = JSON.parse(process.argv[2]);
const root = `/${tenant}/v2.0`;
const origin = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };

function claim(text) {
  return /^~-?\d+$/.test(text) ? Math.floor(Date.now() / 1000) + Number(text.slice(1)) : text;
}

const provider = new Provider(`${origin}${root}`, {
  jwks: { keys: [key] },
  clients: [{ client_id: client, client_secret: "secret", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "", accessTokenFormat: "jwt", accessTokenTTL: 3600, jwt: { sign: { alg: "RS256" } } }),
    },
  },
  formats: {
    customizers: {
      jwt(_context, token, jwt) {
        const changed = [...new URL(token.resourceServer.identifier()).searchParams].map(([name, text]) => [name, claim(text)]);
        // What Entra ID sends: `nbf`, `oid`, `tid`, `azp` and `uti`; neither `jti` nor `client_id`.
        const { jti, client_id, scope, ...payload } = jwt.payload;
        const entra = { nbf: payload.iat, oid: payload.sub, tid: tenant, azp: client, uti: jti, ver: "2.0" };
        jwt.payload = { ...payload, ...entra, ...Object.fromEntries(changed) };
        jwt.header = { ...jwt.header, typ: "JWT" };
      },
    },
  },
});

const answer = provider.callback();
const server = createServer((request, response) => {
  if (request.url === `/${tenant}/discovery/v2.0/keys`) request.url = `${root}/jwks`; // where Entra ID publishes its keys
  request.originalUrl = request.url;
  request.url = request.url.replace(root, "") || "/";
  answer(request, response);
});
server.listen(port, "127.0.0.1", () => console.log("ready"));
