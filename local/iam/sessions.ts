import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Credentials } from "../aws/credentials.ts";
import { AwsError, type Principal } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Store } from "../store.ts";

/** Temporary credentials; the access key id names account and session. */
export interface SessionCredentials {
	accessKeyId: string;
	secretAccessKey: string;
	sessionToken: string;
	expirationMs: number;
}

/** Sessions of an account's roles, in the store. */
export interface Sessions {
	open(principal: Principal, accountId: string, seconds: number): SessionCredentials;
	/** Whose temporary credentials these are; undefined when they are an account's own. Throws InvalidClientTokenId and ExpiredToken. */
	principalOf(credentials: Credentials): Principal | undefined;
}

const sessionKey = /^ASIALOCAL[0-9A-F]{16}\d{12}$/;
const rowSchema = z.object({ token: z.string(), arn: z.string(), role_arn: z.string(), expires_ms: z.number() });

export function createSessions({ store, clock }: { store: Store; clock: Clock }): Sessions {
	store.exec(`CREATE TABLE IF NOT EXISTS sts_sessions (
		access_key_id TEXT PRIMARY KEY, token TEXT NOT NULL, arn TEXT NOT NULL, role_arn TEXT NOT NULL, expires_ms INTEGER NOT NULL)`);
	const insert = store.prepare("INSERT INTO sts_sessions VALUES (?, ?, ?, ?, ?)");
	const find = store.prepare("SELECT * FROM sts_sessions WHERE access_key_id = ?");
	// Kept for a day longer, so that what is old is told from what never was.
	const forget = store.prepare("DELETE FROM sts_sessions WHERE expires_ms < ?");

	return {
		open({ arn, roleArn }, accountId, seconds) {
			const accessKeyId = `ASIALOCAL${randomBytes(8).toString("hex").toUpperCase()}${accountId}`;
			const sessionToken = randomBytes(48).toString("base64");
			const expirationMs = clock.now() + seconds * 1_000;
			forget.run(clock.now() - 86_400_000);
			insert.run(accessKeyId, sessionToken, arn, roleArn, expirationMs);
			return { accessKeyId, secretAccessKey: randomBytes(20).toString("hex"), sessionToken, expirationMs };
		},
		principalOf({ accessKeyId, sessionToken }) {
			if (!sessionKey.test(accessKeyId)) return undefined;
			const row = rowSchema.optional().parse(find.get(accessKeyId));
			// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
			if (row?.token !== sessionToken || !row) {
				throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
			}
			if (row.expires_ms <= clock.now()) {
				throw new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
			}
			return { arn: row.arn, roleArn: row.role_arn };
		},
	};
}
