import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from "jose";
import type { Clock } from "./clock.ts";

export interface TokensOptions {
	/** Where the private key is kept (`token-key.pem`, readable by its owner only). */
	directory: string;
	/** Where the documents are served, without a slash at its end; stands in every token as `iss`. */
	issuer: string;
	audience: string;
	clock: Clock;
}

export interface TokenRequest {
	/** Undefined: it names nobody, as RFC 7519 allows. */
	sub: string | undefined;
	scopes: readonly string[];
	ttlSeconds: number;
}

/** A small OpenID issuer: what the gateway's JWT authorizer asks for its keys. */
export interface Tokens {
	/** The document at a path below the issuer, if there is one. */
	document(path: string): { contentType: string; body: string } | undefined;
	/** A signed access token (RS256). */
	token(request: TokenRequest): Promise<string>;
}

/** Makes the key on first use; later runs sign with the same one, so tokens survive a restart. */
export async function createTokens({ directory, issuer, audience, clock }: TokensOptions): Promise<Tokens> {
	const key = await importPKCS8(await keptKey(directory), "RS256", { extractable: true });
	const { kty = "RSA", n = "", e = "" } = await exportJWK(key);
	const kid = await calculateJwkThumbprint({ kty, n, e });
	const base = new URL(issuer).pathname.replace(/\/$/, "");
	const documents: Record<string, unknown> = {
		[`${base}/.well-known/openid-configuration`]: {
			issuer,
			jwks_uri: `${issuer}/.well-known/jwks.json`,
			id_token_signing_alg_values_supported: ["RS256"],
			response_types_supported: ["token"],
			subject_types_supported: ["public"],
		},
		[`${base}/.well-known/jwks.json`]: { keys: [{ kty, n, e, kid, alg: "RS256", use: "sig" }] },
	};
	return {
		document(path) {
			if (!Object.hasOwn(documents, path)) return undefined;
			return { contentType: "application/json", body: JSON.stringify(documents[path]) };
		},
		token({ sub, scopes, ttlSeconds }) {
			const issuedAt = Math.floor(clock.now() / 1000);
			return new SignJWT({ scope: scopes.join(" "), ...(sub !== undefined && { sub }) })
				.setProtectedHeader({ alg: "RS256", kid, typ: "JWT" })
				.setIssuer(issuer)
				.setAudience(audience)
				.setIssuedAt(issuedAt)
				.setExpirationTime(issuedAt + ttlSeconds)
				.sign(key);
		},
	};
}

async function keptKey(directory: string): Promise<string> {
	const file = join(directory, "token-key.pem");
	if (existsSync(file)) return readFileSync(file, "utf8");
	const { privateKey } = await generateKeyPair("RS256", { extractable: true });
	const pem = await exportPKCS8(privateKey);
	mkdirSync(directory, { recursive: true });
	// By way of a new file, so that a process that dies here leaves no half a key.
	const fresh = `${file}.${process.pid}`;
	writeFileSync(fresh, pem, { mode: 0o600 });
	renameSync(fresh, file);
	return pem;
}
