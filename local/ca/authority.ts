import "reflect-metadata";
import { randomBytes, type webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** A certificate authority that only this data directory's users have reason to trust. */
export interface CertificateAuthority {
	/** The root, for whoever must trust it. */
	certificatePem: string;
	/** Where the root lies, e.g. for `curl --cacert`. */
	certificateFile: string;
	/**
	 * A server certificate over DNS names (wildcards too), ECDSA P-256. Its validity is the one asked for, widened so that a client
	 * on wall-clock time accepts it now and for a month: the embedded cloud's clock may stand elsewhere.
	 */
	issue(names: readonly [string, ...string[]], notBefore: Date, notAfter: Date): Promise<IssuedCertificate>;
}

/** All PEM. */
export interface IssuedCertificate {
	/** The leaf, then the root: what a TLS server hands out. */
	chain: string;
	key: string;
	/** Hexadecimal. */
	serialNumber: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rootName = "CN=Hostmaster local authority,O=Hostmaster (development only)";
const rootValidity = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") };
const dayMs = 86_400_000;

/** Opens the authority in `directory`, or makes it: `authority.pem`, and `authority-key.pem` that only its owner can read. */
export async function openAuthority(directory: string): Promise<CertificateAuthority> {
	mkdirSync(directory, { recursive: true });
	const keyFile = join(directory, "authority-key.pem");
	const certificateFile = join(directory, "authority.pem");
	// The key goes first: a root without a key signs nothing, a key without a root is given a new one.
	if (!existsSync(keyFile)) {
		writeWhole(keyFile, await pemOfKey(await generateKeys()), 0o600);
		if (existsSync(certificateFile)) renameSync(certificateFile, `${certificateFile}.old`);
	}
	const keys = await keysOf(readFileSync(keyFile, "utf8"));
	if (!existsSync(certificateFile)) writeWhole(certificateFile, (await selfSigned(keys)).toString("pem"), 0o644);
	const root = new x509.X509Certificate(readFileSync(certificateFile, "utf8"));
	const certificatePem = root.toString("pem");
	return {
		certificatePem,
		certificateFile,
		async issue(names, notBefore, notAfter) {
			const leafKeys = await generateKeys();
			const leaf = await x509.X509CertificateGenerator.create({
				serialNumber: serial(),
				subject: names[0].length <= 64 ? `CN=${names[0]}` : "", // X.520's bound on a common name; the names below count anyway
				issuer: root.subject,
				notBefore: new Date(Math.min(notBefore.getTime(), Date.now() - dayMs)),
				notAfter: new Date(Math.max(notAfter.getTime(), Date.now() + 30 * dayMs)),
				publicKey: leafKeys.publicKey,
				signingKey: keys.privateKey,
				signingAlgorithm: algorithm,
				extensions: [
					new x509.BasicConstraintsExtension(false, undefined, true),
					new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
					new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
					new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
					await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
					await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
				],
			});
			const chain = `${leaf.toString("pem")}\n${certificatePem}\n`;
			return { chain, key: await pemOfKey(leafKeys), serialNumber: leaf.serialNumber };
		},
	};
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
	return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function selfSigned(keys: webcrypto.CryptoKeyPair): Promise<x509.X509Certificate> {
	return await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serial(),
		name: rootName,
		...rootValidity,
		keys,
		signingAlgorithm: algorithm,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
}

async function pemOfKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
	return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")}\n`;
}

/** The pair behind a PKCS #8 key: the public half is read back from its JWK. */
async function keysOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
	const [der] = x509.PemConverter.decode(pem);
	if (!der) throw new Error("The authority's key file holds no key; start afresh without it.");
	const privateKey = await crypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
	const { d: _secret, ...open } = await crypto.subtle.exportKey("jwk", privateKey);
	const publicKey = await crypto.subtle.importKey("jwk", { ...open, key_ops: ["verify"] }, algorithm, true, ["verify"]);
	return { privateKey, publicKey };
}

/** Sixteen random octets, positive (RFC 5280 §4.1.2.2). */
function serial(): string {
	const octets = randomBytes(16);
	octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
	return octets.toString("hex");
}

/** The file is there whole or not at all, whenever the process dies. */
function writeWhole(file: string, content: string, mode: number): void {
	writeFileSync(`${file}.new`, content, { mode, flush: true });
	renameSync(`${file}.new`, file);
}
