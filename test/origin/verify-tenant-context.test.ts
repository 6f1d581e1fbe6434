import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { contextKey, publicJwk } from "../../functions/edge/context-key.ts";
import { createContextSigner } from "../../functions/edge/tenant-context.ts";
import { createVerifier } from "../../origin/verify-tenant-context.ts";

const secret = "x".repeat(64);
const key = contextKey(secret);
const context = { tenantId: "ten_1", slug: "acme", host: "acme.app.test", generation: 7, audience: "origin.saas.test" };

describe("the tenant context", () => {
	let token: string;
	let now: number;
	const verifier = () =>
		createVerifier({ publicKey: { ...key.publicJwk }, audience: "origin.saas.test", clock: () => now });
	beforeEach(() => {
		now = Date.now();
		token = createContextSigner().tokenFor(context, key);
	});

	it("that the edge signed is believed", () => {
		expect(verifier()({ "x-tenant-context": token })).toEqual({
			ok: true,
			context: {
				tenantId: "ten_1",
				slug: "acme",
				host: "acme.app.test",
				generation: 7,
				expiresAt: expect.stringMatching(/Z$/),
			},
		});
		expect(verifier()(new Headers({ "x-tenant-context": token, "x-tenant-id": "ten_1" }))).toMatchObject({ ok: true });
	});

	it("is a JWT that other libraries verify too, under the published key", async () => {
		const { payload, protectedHeader } = await jwtVerify(
			token,
			createLocalJWKSet({ keys: [{ ...publicJwk(secret) }] }),
			{
				issuer: "hostmaster",
				audience: "origin.saas.test",
			},
		);
		expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "JWT", kid: key.publicJwk.kid });
		expect(payload).toMatchObject({ sub: "ten_1", slug: "acme", host: "acme.app.test", gen: 7 });
		expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
	});

	it("has a key that is the same wherever it is derived, and another for another secret", () => {
		expect(publicJwk(secret)).toEqual(publicJwk(secret));
		expect(publicJwk(secret).x).not.toBe(publicJwk(`${secret}.`).x);
		// Origins hold it: another derivation would be a rotation that nobody announced. `x` by openssl, from SHA-256 of the secret.
		expect(publicJwk(secret)).toEqual({
			kty: "OKP",
			crv: "Ed25519",
			x: "uEemMPh55xPtvJw7x5gySKt70GjqzbhycOZ-w1OUqrA",
			alg: "EdDSA",
			use: "sig",
			kid: "1Jom7SPXpXShXG-kI9hbsv-CkU8pOA3NoVG4H7RMUu8",
		});
	});

	it("is refused when there is none, or more than one", () => {
		expect(verifier()({})).toEqual({ ok: false, refusal: "missing" });
		expect(verifier()({ "x-tenant-context": [token, token] })).toEqual({ ok: false, refusal: "repeated" });
		expect(verifier()({ "x-tenant-context": `${token}, ${token}` })).toEqual({ ok: false, refusal: "repeated" });
	});

	it.each(["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "e30.e30.e30", "eyJhbGciOiJFZERTQSJ9..", "%.%.%"])(
		"is refused as %j",
		(text) => {
			expect(verifier()({ "x-tenant-context": text })).toMatchObject({ ok: false });
		},
	);

	it("is refused when any part of it was changed", () => {
		const [header = "", payload = "", signature = ""] = token.split(".");
		const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
		const other = Buffer.from(JSON.stringify({ ...claims, sub: "ten_2" })).toString("base64url");
		expect(verifier()({ "x-tenant-context": `${header}.${other}.${signature}` })).toEqual({
			ok: false,
			refusal: "signature",
		});
	});

	it.each(["none", "HS256"])("is refused with the algorithm %s, whatever its signature", (alg) => {
		const [, payload = ""] = token.split(".");
		const header = Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url");
		const signature = createHmac("sha256", key.publicJwk.x).update(`${header}.${payload}`).digest("base64url");
		expect(verifier()({ "x-tenant-context": `${header}.${payload}.${signature}` })).toEqual({
			ok: false,
			refusal: "algorithm",
		});
	});

	it("is refused from another signer, for another origin, and from another issuer", async () => {
		const foreign = createContextSigner().tokenFor(context, contextKey("another secret"));
		expect(verifier()({ "x-tenant-context": foreign })).toEqual({ ok: false, refusal: "signature" });
		const elsewhere = createContextSigner().tokenFor({ ...context, audience: "other.saas.test" }, key);
		expect(verifier()({ "x-tenant-context": elsewhere })).toEqual({ ok: false, refusal: "audience" });
		const claims = { slug: "acme", host: "acme.app.test", gen: 7 };
		const posing = await new SignJWT(claims)
			.setProtectedHeader({ alg: "EdDSA" })
			.setIssuer("somebody")
			.setAudience("origin.saas.test")
			.setSubject("ten_1")
			.setIssuedAt()
			.setExpirationTime("1m")
			.sign(key.privateKey);
		expect(verifier()({ "x-tenant-context": posing })).toEqual({ ok: false, refusal: "issuer" });
	});

	it("is refused after its minute, and before it was made, with five seconds for clocks that differ", () => {
		const at = (seconds: number) => {
			now = Date.now() + seconds * 1_000;
			return verifier()({ "x-tenant-context": token });
		};
		expect(at(63)).toMatchObject({ ok: true });
		expect(at(66)).toEqual({ ok: false, refusal: "expired" });
		expect(at(-3)).toMatchObject({ ok: true });
		expect(at(-7)).toEqual({ ok: false, refusal: "not-yet-valid" });
	});

	it.each(["x-tenant-id", "x-tenant-slug", "x-forwarded-host"])(
		"is refused when the plain %s says something else",
		(name) => {
			expect(verifier()({ "x-tenant-context": token, [name]: "globex" })).toEqual({ ok: false, refusal: "mismatch" });
		},
	);

	/** What a holder of the edge's key could sign, well made or not. */
	function signed(header: unknown, payload: unknown): string {
		const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
		const signature = sign(null, Buffer.from(parts.join(".")), key.privateKey).toString("base64url");
		return [...parts, signature].join(".");
	}
	const goodClaims = () => ({
		iss: "hostmaster",
		aud: "origin.saas.test",
		sub: "ten_1",
		slug: "acme",
		host: "acme.app.test",
		gen: 7,
		iat: Math.floor(now / 1_000),
		exp: Math.floor(now / 1_000) + 60,
	});

	it("is refused when a claim is missing or of another type, even when the signature is good", () => {
		const refused = { ok: false, refusal: "malformed" };
		const check = (claims: object) => verifier()({ "x-tenant-context": signed({ alg: "EdDSA" }, claims) });
		expect(check(goodClaims())).toMatchObject({ ok: true });
		for (const [name, value] of Object.entries(goodClaims())) {
			const { [name]: _left, ...others }: Record<string, unknown> = goodClaims();
			expect(check(others), `no ${name}`).toEqual(refused);
			const other = typeof value === "string" ? 1 : String(value);
			expect(check({ ...goodClaims(), [name]: other }), `${name} of another type`).toEqual(refused);
		}
	});

	it.each([1e300, Number.MAX_SAFE_INTEGER, 253_402_300_800, 1_800_000_000.5, -1])(
		"is refused when one of its times is %d, which no clock of the edge says",
		(time) => {
			now = Math.min(time, 253_402_300_799) * 1_000; // so that no other check refuses it first
			for (const claims of [{ exp: time }, { iat: time }]) {
				const token = signed({ alg: "EdDSA" }, { ...goodClaims(), ...claims });
				expect(verifier()({ "x-tenant-context": token })).toEqual({ ok: false, refusal: "malformed" });
			}
		},
	);

	it("is believed up to the last second that a date can name, and has a generation that can be counted", () => {
		const check = (claims: object) =>
			verifier()({ "x-tenant-context": signed({ alg: "EdDSA" }, { ...goodClaims(), ...claims }) });
		expect(check({ exp: 253_402_300_799 })).toMatchObject({ context: { expiresAt: "9999-12-31T23:59:59.000Z" } });
		expect(check({ gen: 1e300 })).toEqual({ ok: false, refusal: "malformed" });
	});

	it.each([null, "text", 7, []])("is refused when it says %j in place of claims, or of a header", (part) => {
		const refused = { ok: false, refusal: "malformed" };
		expect(verifier()({ "x-tenant-context": signed({ alg: "EdDSA" }, part) })).toEqual(refused);
		expect(verifier()({ "x-tenant-context": signed(part, goodClaims()) })).toMatchObject({ ok: false });
	});

	it("is missing from fetch headers and from Node's alike", () => {
		expect(verifier()(new Headers())).toEqual({ ok: false, refusal: "missing" });
		expect(verifier()({ "x-tenant-context": undefined })).toEqual({ ok: false, refusal: "missing" });
	});

	it("is checked against the machine's clock when no other is given", () => {
		const verify = createVerifier({ publicKey: { ...key.publicJwk }, audience: "origin.saas.test" });
		expect(verify({ "x-tenant-context": token })).toMatchObject({ ok: true });
		const late = { ...goodClaims(), iat: 1_000, exp: 1_060 };
		expect(verify({ "x-tenant-context": signed({ alg: "EdDSA" }, late) })).toEqual({ ok: false, refusal: "expired" });
	});

	it("cannot be verified under a key of another kind: the application finds out as it starts", () => {
		const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const options = { publicKey: publicKey.export({ format: "jwk" }), audience: "origin.saas.test" };
		expect(() => createVerifier(options)).toThrow("not an Ed25519 key");
	});
});
