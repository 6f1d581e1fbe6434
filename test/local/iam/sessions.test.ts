import { beforeEach, describe, expect, it } from "vitest";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { createSessions, type SessionCredentials, type Sessions } from "../../../local/iam/sessions.ts";
import { openStore, type Store } from "../../../local/store.ts";

const accountId = "111111111111";
const principal = { arn: `arn:aws:sts::${accountId}:assumed-role/r/s`, roleArn: `arn:aws:iam::${accountId}:role/r` };

let clock: VirtualClock;
let store: Store;
let sessions: Sessions;
beforeEach(() => {
	clock = virtualClock(0);
	store = openStore(":memory:");
	sessions = createSessions({ store, clock });
});

const shown = ({ accessKeyId, sessionToken }: Pick<SessionCredentials, "accessKeyId" | "sessionToken">) => ({
	...{ accessKeyId, sessionToken, accountId, region: "us-east-1" },
});

describe("a role's session", () => {
	it("is known by its key, which names its account, also to the next process", () => {
		const made = sessions.open(principal, accountId, 900);
		expect(made.accessKeyId.endsWith(accountId)).toBe(true);
		expect(sessions.principalOf(shown(made))).toEqual(principal);
		expect(createSessions({ store, clock }).principalOf(shown(made))).toEqual(principal);
	});

	it("is told from an account's own key", () => {
		expect(sessions.principalOf(shown({ accessKeyId: `LOCAL${accountId}`, sessionToken: "any" }))).toBeUndefined();
	});

	it("ends when its time is over, and is told from one that never was", async () => {
		const made = sessions.open(principal, accountId, 900);
		await clock.advance(899_999);
		expect(sessions.principalOf(shown(made))).toEqual(principal);
		await clock.advance(1);
		expect(() => sessions.principalOf(shown(made))).toThrow(expect.objectContaining({ name: "ExpiredToken" }));
		const unknown = { ...made, accessKeyId: `ASIALOCAL${"0".repeat(16)}${accountId}` };
		expect(() => sessions.principalOf(shown(unknown))).toThrow(
			expect.objectContaining({ name: "InvalidClientTokenId" }),
		);
		await clock.advance(86_400_001);
		sessions.open(principal, accountId, 900);
		expect(() => sessions.principalOf(shown(made))).toThrow(expect.objectContaining({ name: "InvalidClientTokenId" }));
	});
});
