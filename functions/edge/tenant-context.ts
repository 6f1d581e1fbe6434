import { sign } from "node:crypto";
import { createBoundedMap } from "./bounded-map.ts";
import type { ContextKey } from "./context-key.ts";

/** What the origin is told of a request, and can verify. */
export interface TenantContext {
	tenantId: string;
	slug: string;
	/** The public hostname that the viewer asked for. */
	host: string;
	/** The hostname's generation in the map. */
	generation: number;
	/** Whom it is for: the origin's hostname. */
	audience: string;
}

const lifetimeSeconds = 60;
/** A token is used again while this much of its life is left: enough for a request that waits at the origin. */
const leastLeftSeconds = 20;

export interface ContextSigner {
	/** A compact JWT (RFC 7519, EdDSA of RFC 8037) that is good for another 20 to 60 seconds. */
	tokenFor(context: TenantContext, key: ContextKey): string;
}

/** Makes a signer that keeps up to 10,000 tokens. */
export function createContextSigner(): ContextSigner {
	const tokens = createBoundedMap<{ token: string; expiresAt: number }>(10_000);
	return {
		tokenFor(context, key) {
			const { tenantId, slug, host, generation, audience } = context;
			const identity = [key.publicJwk.kid, tenantId, slug, host, generation, audience].join(" ");
			const now = Math.floor(Date.now() / 1_000);
			const held = tokens.get(identity);
			if (held && held.expiresAt - now >= leastLeftSeconds) return held.token;
			const expiresAt = now + lifetimeSeconds;
			const claims = {
				iss: "hostmaster",
				aud: audience,
				sub: tenantId,
				slug,
				host,
				gen: generation,
				iat: now,
				exp: expiresAt,
			};
			const token = compactJwt({ alg: "EdDSA", typ: "JWT", kid: key.publicJwk.kid }, claims, key);
			tokens.set(identity, { token, expiresAt });
			return token;
		},
	};
}

function compactJwt(header: object, claims: object, { privateKey }: ContextKey): string {
	const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
	return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}
