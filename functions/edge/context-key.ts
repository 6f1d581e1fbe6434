import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** An Ed25519 public key as RFC 8037 writes it. */
export interface PublicJwk {
	kty: "OKP";
	crv: "Ed25519";
	/** The key, base64url. */
	x: string;
	alg: "EdDSA";
	use: "sig";
	/** The key's thumbprint (RFC 7638). */
	kid: string;
}

export interface ContextKey {
	privateKey: KeyObject;
	publicJwk: PublicJwk;
}

// PrivateKeyInfo of an Ed25519 key up to its seed (RFC 8410 §7): Node takes a seed only in this wrapping.
const pkcs8UpToSeed = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The key pair with which tenant contexts are signed. The seed is the SHA-256 of the secret, so that a random string, which
 * Secrets Manager can generate by itself, is all that has to be kept.
 */
export function contextKey(secret: string): ContextKey {
	const seed = createHash("sha256").update(secret).digest();
	const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8UpToSeed, seed]), format: "der", type: "pkcs8" });
	const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
	const kid = createHash("sha256")
		.update(JSON.stringify({ crv: "Ed25519", kty: "OKP", x }))
		.digest("base64url");
	return { privateKey, publicJwk: { kty: "OKP", crv: "Ed25519", x, alg: "EdDSA", use: "sig", kid } };
}

/** What an application behind the edge needs to verify the contexts that are signed under `secret`. */
export function publicJwk(secret: string): PublicJwk {
	return contextKey(secret).publicJwk;
}
