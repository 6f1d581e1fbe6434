import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { JwtSettings } from "./api.ts";

/** Fetches a JSON document; rejects when there is none. */
export type FetchJson = (url: string) => Promise<unknown>;

export type Authorization =
	| { ok: true; claims: Record<string, string>; scopes: string[] | null }
	/** `challenge` is the `www-authenticate` header. */
	| { ok: false; status: 401 | 403; challenge: string };

/** Checks the `Authorization` header of a request for a route that asks for one of `scopes`. */
export type Authorize = (header: string | undefined, scopes: readonly string[]) => Promise<Authorization>;

const discovery = z.object({ jwks_uri: z.string() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const names = z.union([z.array(z.string()), z.string().transform((text) => text.split(" "))]).catch([]);

// "API Gateway can cache the public key for two hours."
const keysKeptMs = 2 * 3600 * 1000;

/**
 * A JWT authorizer: RSA signatures by the issuer's published keys, `iss`, `aud` (or `client_id` when there is no `aud`), `exp`,
 * `nbf`, `iat`, and one of the route's scopes in `scope` or `scp`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function createAuthorizer(settings: JwtSettings, fetchJson: FetchJson, clock: Clock): Authorize {
	let kept: { keys: JSONWebKeySet; untilMs: number } | undefined;

	async function publicKeys(): Promise<JSONWebKeySet> {
		if (kept && clock.now() < kept.untilMs) return kept.keys;
		const base = settings.issuer.replace(/\/$/, "");
		const { jwks_uri } = discovery.parse(await fetchJson(`${base}/.well-known/openid-configuration`));
		const keys: JSONWebKeySet = keySet.parse(await fetchJson(jwks_uri));
		kept = { keys, untilMs: clock.now() + keysKeptMs };
		return keys;
	}

	async function verified(token: string): Promise<JWTPayload | { refused: string }> {
		let keys: JSONWebKeySet;
		try {
			keys = await publicKeys();
		} catch {
			return { refused: "OIDC discovery endpoint communication error" };
		}
		try {
			const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
				issuer: settings.issuer,
				algorithms: ["RS256", "RS384", "RS512"],
				requiredClaims: ["exp"],
				currentDate: new Date(clock.now()),
			});
			return payload;
		} catch (error) {
			return { refused: reasonOf(error) };
		}
	}

	return async (header, scopes) => {
		const token = header?.replace(/^Bearer /i, "").trim();
		if (!token) return { ok: false, status: 401, challenge: "Bearer" };
		const payload = await verified(token);
		if ("refused" in payload) return invalid(String(payload["refused"]));
		const audience = names.parse(payload.aud ?? payload["client_id"]);
		if (!audience.some((name) => settings.audience.includes(name))) {
			return invalid("the token does not have a valid audience");
		}
		if (typeof payload.iat === "number" && payload.iat * 1000 > clock.now())
			return invalid("the token is not yet valid");
		const granted = [...names.parse(payload["scope"]), ...names.parse(payload["scp"])];
		const matching = scopes.filter((scope) => granted.includes(scope));
		if (scopes.length > 0 && matching.length === 0) {
			const challenge = `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"`;
			return { ok: false, status: 403, challenge };
		}
		return { ok: true, claims: claimsOf(payload), scopes: scopes.length > 0 ? matching : null };
	};
}

// The form is documented at https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
function invalid(reason: string): Authorization {
	const challenge = `Bearer scope="" error="invalid_token" error_description="${reason}"`;
	return { ok: false, status: 401, challenge };
}

function reasonOf(error: unknown): string {
	if (error instanceof errors.JWTExpired) return "the token has expired";
	if (error instanceof errors.JWTClaimValidationFailed) return `the token does not have a valid ${error.claim}`;
	if (error instanceof errors.JWSSignatureVerificationFailed) return "signature verification failed";
	if (error instanceof errors.JWKSNoMatchingKey) return "no matching key";
	return "the token is malformed";
}

/** Every claim as text: a list as `[a b]`, as the gateway hands it to a function. */
function claimsOf(payload: JWTPayload): Record<string, string> {
	const texts = Object.entries(payload).map(([name, value]) => {
		if (Array.isArray(value)) return [name, `[${value.join(" ")}]`] as const;
		return [name, typeof value === "object" ? JSON.stringify(value) : String(value)] as const;
	});
	return Object.fromEntries(texts);
}
