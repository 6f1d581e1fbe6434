import { createPublicKey, type JsonWebKey, type KeyObject, verify as verifySignature } from "node:crypto";

/** Whose request it is, as the edge signed it. */
export interface TenantContext {
	tenantId: string;
	slug: string;
	/** The public hostname that the viewer asked for. */
	host: string;
	/** Grows with each change of the hostname. */
	generation: number;
	/** ISO time after which the token is refused. */
	expiresAt: string;
}

/** Why a request's tenant is not to be believed. The first that applies. */
export type ContextRefusal =
	| "missing"
	| "repeated"
	| "malformed"
	| "algorithm"
	| "signature"
	| "issuer"
	| "audience"
	| "expired"
	| "not-yet-valid"
	| "mismatch"; // x-tenant-id, x-tenant-slug or x-forwarded-host says something else than the signed context

export type VerifiedContext =
	| { readonly ok: true; readonly context: TenantContext }
	| { readonly ok: false; readonly refusal: ContextRefusal };

/** Lower-case names, as Node's `request.headers`; or a fetch `Headers`. */
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifierOptions {
	/** The key of the environment's edge. */
	publicKey: JsonWebKey;
	/** This origin's hostname, as tenants' configurations name it: a token for another origin is refused. */
	audience: string;
	/** Epoch milliseconds. */
	clock?: () => number;
}

const toleranceSeconds = 5; // between the edge's clock and ours

/** Makes the check that an application behind the edge runs before it trusts whose request it is. It never throws. */
export function createVerifier({ publicKey, audience, clock = Date.now }: VerifierOptions) {
	const key = createPublicKey({ key: publicKey, format: "jwk" });
	if (key.asymmetricKeyType !== "ed25519") throw new TypeError("The public key is not an Ed25519 key");
	return (headers: RequestHeaders): VerifiedContext => {
		const tokens = valuesOf(headers, "x-tenant-context");
		const [token] = tokens;
		if (token === undefined) return no("missing");
		if (tokens.length > 1) return no("repeated");
		const claims = claimsOf(token, key);
		if (typeof claims === "string") return no(claims);
		const now = clock() / 1_000;
		if (claims.iss !== "hostmaster") return no("issuer");
		if (claims.aud !== audience) return no("audience");
		if (now >= claims.exp + toleranceSeconds) return no("expired");
		if (now < claims.iat - toleranceSeconds) return no("not-yet-valid");
		const said = { "x-tenant-id": claims.sub, "x-tenant-slug": claims.slug, "x-forwarded-host": claims.host };
		for (const [name, signed] of Object.entries(said)) {
			if (valuesOf(headers, name).some((value) => value !== signed)) return no("mismatch");
		}
		const { sub: tenantId, slug, host, gen: generation, exp } = claims;
		return { ok: true, context: { tenantId, slug, host, generation, expiresAt: new Date(exp * 1_000).toISOString() } };
	};
}

interface Claims {
	iss: string;
	aud: string;
	sub: string;
	slug: string;
	host: string;
	gen: number;
	iat: number;
	exp: number;
}

/** The claims of a compact JWT, once its signature is verified. The algorithm is ours to say, not the token's (RFC 8725 §3.1). */
function claimsOf(token: string, key: KeyObject): Claims | ContextRefusal {
	const parts = token.split(".");
	const [header = "", payload = "", signature = ""] = parts;
	if (parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) return "malformed";
	const stated = jsonOf(header);
	if (!stated) return "malformed";
	if (stated["alg"] !== "EdDSA") return "algorithm";
	const signed = Buffer.from(`${header}.${payload}`);
	if (!verifySignature(null, signed, key, Buffer.from(signature, "base64url"))) return "signature";
	const { iss, aud, sub, slug, host, gen, iat, exp } = jsonOf(payload) ?? {};
	if (typeof iss !== "string" || typeof aud !== "string" || typeof sub !== "string") return "malformed";
	if (typeof slug !== "string" || typeof host !== "string") return "malformed";
	if (typeof gen !== "number" || !Number.isSafeInteger(gen) || !isTime(iat) || !isTime(exp)) return "malformed";
	return { iss, aud, sub, slug, host, gen, iat, exp };
}

const latestSeconds = 253_402_300_799; // the last second of the year 9999: what ISO 8601 writes with four digits

/** A time as the edge says it, in whole seconds since 1970. `Date` throws for what is far out of its range. */
function isTime(value: unknown): value is number {
	return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= latestSeconds;
}

function jsonOf(part: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
		return typeof value === "object" && value !== null ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

/** Servers join a header that came twice with commas, which no value of ours holds. */
function valuesOf(headers: RequestHeaders, name: string): string[] {
	const value = headers instanceof Headers ? headers.get(name) : headers[name];
	if (value === undefined || value === null) return [];
	return (typeof value === "string" ? [value] : [...value]).flatMap((one) => one.split(",")).map((one) => one.trim());
}

const no = (refusal: ContextRefusal): VerifiedContext => ({ ok: false, refusal });
