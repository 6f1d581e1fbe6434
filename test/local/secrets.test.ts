import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFront } from "../../local/aws/front.ts";
import { virtualClock } from "../../local/clock.ts";
import { createSecrets } from "../../local/secrets.ts";
import { openStore } from "../../local/store.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const listening of open.splice(0)) await listening.close();
});

const answer = z.looseObject({ SecretString: z.string().optional(), ARN: z.string().optional() });

const caller = { accountId: "222222222222", region: "us-east-1" };
const signing = {
	Name: "hostmaster/nonprod/context",
	GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
	ReplicaRegions: [{ Region: "eu-west-1" }],
};

async function aVault(store = openStore(":memory:")) {
	const secrets = createSecrets({ store, clock: virtualClock(5_000), caller });
	const front = await createFront({ json: [secrets.service], rest: [], query: [] }).listen("127.0.0.1", 0);
	open.push(front);
	const get = async (SecretId: string | undefined, { accountId = caller.accountId, region = caller.region } = {}) => {
		const authorization = `AWS4-HMAC-SHA256 Credential=LOCAL${accountId}/20261122/${region}/secretsmanager/aws4_request`;
		const headers = { "x-amz-target": "secretsmanager.GetSecretValue", authorization };
		const response = await fetch(front.url, { method: "POST", headers, body: JSON.stringify({ SecretId }) });
		return answer.parse(await response.json());
	};
	return { secrets, get, store };
}

describe("a secret", () => {
	it("is generated as the template wishes, and read by name, ARN or ARN without its suffix", async () => {
		const { secrets, get } = await aVault();
		const arn = secrets.addSecret(signing);
		const secret = await get(signing.Name);
		expect(secret).toMatchObject({
			ARN: arn,
			Name: signing.Name,
			SecretString: expect.stringMatching(/^[A-Za-z0-9]{64}$/),
			VersionStages: ["AWSCURRENT"],
			CreatedDate: 5,
		});
		expect(await get(arn)).toEqual(secret);
		expect(await get(arn.slice(0, -7))).toEqual(secret);
	});

	it("keeps its value when it is made again", async () => {
		const first = await aVault();
		const arn = first.secrets.addSecret(signing);
		const second = await aVault(first.store);
		expect(second.secrets.addSecret(signing)).toBe(arn);
		expect(await second.get(arn)).toEqual(await first.get(arn));
	});

	it("is the same in the regions of its replicas, and nowhere else", async () => {
		const { secrets, get } = await aVault();
		secrets.addSecret(signing);
		const { SecretString, ARN } = await get(signing.Name, { region: "eu-west-1" });
		expect([SecretString, ARN]).toEqual([
			(await get(signing.Name)).SecretString,
			expect.stringContaining(":eu-west-1:"),
		]);
		const missing = { __type: "ResourceNotFoundException" };
		expect(await get(signing.Name, { region: "ap-south-1" })).toMatchObject(missing);
		expect(await get(signing.Name, { accountId: "333333333333" })).toMatchObject(missing);
		expect(await get("another")).toMatchObject(missing);
		expect(await get(undefined)).toMatchObject({ __type: "ValidationException" });
	});

	it("holds each kind of character that is not excluded", async () => {
		const { secrets, get } = await aVault();
		secrets.addSecret({ Name: "four", GenerateSecretString: { PasswordLength: 4, ExcludeCharacters: "aA0!" } });
		const { SecretString } = await get("four");
		for (const kind of [/[b-z]/, /[B-Z]/, /[1-9]/, /[^A-Za-z0-9]/]) expect(SecretString).toMatch(kind);
	});
});
