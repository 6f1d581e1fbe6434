import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { virtualClock } from "../../../local/clock.ts";
import { createAuthorizer, type FetchJson } from "../../../local/gateway/authorizer.ts";
import { createTokens } from "../../../local/tokens.ts";

const issuer = "http://127.0.0.1:4567/issuer";
const startMs = Date.UTC(2026, 10, 22);
const nowSeconds = startMs / 1000;

const keys = await generateKeyPair("RS256");
const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256", use: "sig" }] };
const others = await generateKeyPair("RS256");

/** A claim that is undefined is not in the token. */
type Claims = Record<string, unknown>;

const good = {
	iss: issuer,
	aud: "hostmaster-api",
	sub: "op",
	exp: nowSeconds + 60,
	iat: nowSeconds,
	scope: "tenants:read tenants:write",
};

function signed(claims: Claims, key = keys.privateKey, header = { alg: "RS256", kid: "k1" }) {
	return new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}

function anAuthorizer(fetched: string[] = []) {
	const documents: Record<string, unknown> = {
		[`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/keys` },
		[`${issuer}/keys`]: published,
	};
	const fetchJson: FetchJson = (url) => {
		fetched.push(url);
		return Promise.resolve(documents[url]);
	};
	const clock = virtualClock(startMs);
	const authorize = createAuthorizer({ issuer, audience: ["other", "hostmaster-api"] }, fetchJson, clock);
	return { authorize, clock };
}

async function outcome(claims: Claims, scopes: string[] = []) {
	return await anAuthorizer().authorize(`Bearer ${await signed(claims)}`, scopes);
}

describe("a token that lets in", () => {
	it("hands its claims on as text", async () => {
		expect(await outcome({ ...good, roles: ["a", "b"], level: 3, staff: true })).toEqual({
			ok: true,
			scopes: null,
			claims: {
				...good,
				exp: String(good.exp),
				iat: String(good.iat),
				roles: "[a b]",
				level: "3",
				staff: "true",
			},
		});
	});

	it.each<[string, Claims, string[]]>([
		["one of the route's scopes", good, ["operations:read", "tenants:write"]],
		["a scope in scp", { ...good, scope: undefined, scp: ["tenants:write"] }, ["tenants:write"]],
		["client_id in place of aud", { ...good, aud: undefined, client_id: "hostmaster-api" }, []],
		["one of several audiences", { ...good, aud: ["x", "hostmaster-api"] }, []],
	])("has %s", async (_, claims, scopes) => {
		expect(await outcome(claims, scopes)).toMatchObject({ ok: true });
	});

	it("may come without the word Bearer", async () => {
		expect(await anAuthorizer().authorize(await signed(good), [])).toMatchObject({ ok: true });
	});
});

describe("a token that does not", () => {
	it.each<[string, Claims, string]>([
		["another audience", { ...good, aud: "x" }, "the token does not have a valid audience"],
		["another audience, though client_id is right", { ...good, aud: "x", client_id: "hostmaster-api" }, "audience"],
		["no audience", { ...good, aud: undefined }, "the token does not have a valid audience"],
		["another issuer", { ...good, iss: "http://x" }, "the token does not have a valid iss"],
		["a time that is over", { ...good, exp: nowSeconds - 1 }, "the token has expired"],
		["no end", { ...good, exp: undefined }, "the token does not have a valid exp"],
		["a time to come", { ...good, nbf: nowSeconds + 9 }, "the token does not have a valid nbf"],
		["an issue to come", { ...good, iat: nowSeconds + 9 }, "the token is not yet valid"],
	])("has %s: 401", async (_, claims, reason) => {
		expect(await outcome(claims)).toMatchObject({ ok: false, status: 401, challenge: expect.stringContaining(reason) });
	});

	it("is signed by another key, by no key, or is no token: 401", async () => {
		const { authorize } = anAuthorizer();
		const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(good))}.`;
		const secret = await new SignJWT(good)
			.setProtectedHeader({ alg: "HS256" })
			.sign(new TextEncoder().encode("secret"));
		for (const token of [await signed(good, others.privateKey), none, secret, "nonsense"]) {
			expect(await authorize(`Bearer ${token}`, [])).toMatchObject({ ok: false, status: 401 });
		}
	});

	it("is not there: 401 with a bare challenge", async () => {
		expect(await anAuthorizer().authorize(undefined, [])).toEqual({ ok: false, status: 401, challenge: "Bearer" });
	});

	it("lacks every scope of the route: 403", async () => {
		expect(await outcome(good, ["operations:retry"])).toMatchObject({ ok: false, status: 403 });
	});

	it("runs out with the clock", async () => {
		const { authorize, clock } = anAuthorizer();
		const header = `Bearer ${await signed(good)}`;
		expect(await authorize(header, [])).toMatchObject({ ok: true });
		await clock.advance(61_000);
		expect(await authorize(header, [])).toMatchObject({ ok: false, status: 401 });
	});
});

describe("the issuer's keys", () => {
	it("are kept for two hours", async () => {
		const fetched: string[] = [];
		const { authorize, clock } = anAuthorizer(fetched);
		const header = `Bearer ${await signed({ ...good, exp: nowSeconds + 99_999 })}`;
		await authorize(header, []);
		await clock.advance(2 * 3600_000 - 1);
		await authorize(header, []);
		expect(fetched).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/keys`]);
		await clock.advance(1);
		await authorize(header, []);
		expect(fetched.length).toBe(4);
	});

	it("are asked for again after a failure", async () => {
		const clock = virtualClock(startMs);
		let up = false;
		const fetchJson: FetchJson = (url) => {
			if (!up) return Promise.reject(new Error("down"));
			return Promise.resolve(url.endsWith("/keys") ? published : { jwks_uri: `${issuer}/keys` });
		};
		const authorize = createAuthorizer({ issuer, audience: ["hostmaster-api"] }, fetchJson, clock);
		const header = `Bearer ${await signed(good)}`;
		expect(await authorize(header, [])).toMatchObject({ status: 401 });
		up = true;
		expect(await authorize(header, [])).toMatchObject({ ok: true });
	});
});

describe("the local issuer", () => {
	const directory = mkdtempSync(join(tmpdir(), "tokens-"));
	afterAll(() => rmSync(directory, { recursive: true }));
	const clock = virtualClock(startMs);
	const open = () => createTokens({ directory, issuer, audience: "hostmaster-api", clock });

	it("makes tokens that the authorizer takes, also those of an earlier run", async () => {
		const token = await (await open()).token({ sub: "op", scopes: ["tenants:read"], ttlSeconds: 60 });
		const later = await open();
		const fetchJson: FetchJson = (url) =>
			Promise.resolve(JSON.parse(later.document(new URL(url).pathname)?.body ?? "null"));
		const authorize = createAuthorizer({ issuer, audience: ["hostmaster-api"] }, fetchJson, clock);
		expect(await authorize(`Bearer ${token}`, ["tenants:read"])).toMatchObject({ ok: true, claims: { sub: "op" } });
	});

	it("keeps its key to itself", async () => {
		const { document } = await open();
		expect(statSync(join(directory, "token-key.pem")).mode & 0o777).toBe(0o600);
		const { keys: shown } = JSON.parse(document("/issuer/.well-known/jwks.json")?.body ?? "");
		expect(Object.keys(shown[0]).toSorted()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
		expect(document("/issuer/elsewhere")).toBeUndefined();
	});
});
