import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as sweepImports } from "../../../functions/schedule/sweep-imports.ts";
import { keepChunk } from "../../../services/imports.ts";
import { writePause } from "../../../services/pause.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { longAgo } from "../../builders/entities.ts";
import { aKeptLine, apply, holdImport } from "../an-import.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const asked = () => cloud.sent("imports").map(({ importId, chunk }) => `${importId} ${chunk}`);
const holdPart = (importId: string, secondsAgo: number) => {
	const dueAt = new Date(Date.now() - secondsAgo * 1000).toISOString();
	return keepChunk({ importId, chunk: 0, lines: [aKeptLine(1)], dueAt });
};

describe("the sweep over imports", () => {
	it("asks for parts whose message was lost, and for none that is fresh or applied", async () => {
		const { importId } = await holdImport({}, [aKeptLine(1)], [aKeptLine(2)]);
		await holdPart("imp_fresh", 60);
		await apply(importId, 0);
		await sweepImports();
		expect(asked()).toEqual([`${importId} 1`]);
	});

	it("asks for all of them, however many there are", async () => {
		const ids = Array.from({ length: 120 }, (_, at) => `imp_${at}`);
		for (const [at, importId] of ids.entries()) await holdPart(importId, 200 + at);
		await sweepImports();
		expect(asked().sort()).toEqual(ids.map((importId) => `${importId} 0`).sort());
	});

	it("asks for the parts of an import that never came to be only until they were looked at", async () => {
		await holdPart("imp_never", 200);
		await sweepImports();
		await apply("imp_never");
		await sweepImports();
		expect(asked()).toHaveLength(1);
	});

	it("asks for nothing while new work is paused, so that messages do not add up", async () => {
		await holdImport({}, [aKeptLine(1)]);
		await writePause({ reason: "a drill", by: "operator", since: longAgo });
		await sweepImports();
		expect(asked()).toEqual([]);
	});

	it("asks for the others when one cannot be asked for, and then says so", async () => {
		for (const importId of ["imp_a", "imp_b", "imp_c"]) await holdPart(importId, 200);
		const down = Object.assign(new Error("down"), { $fault: "server" });
		cloud.sqs.on(SendMessageCommand).callsFake(({ MessageBody }) => {
			if (MessageBody.includes("imp_b")) throw down;
			return {};
		});
		await expect(sweepImports()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		expect(asked()).toEqual(expect.arrayContaining(["imp_a 0", "imp_c 0"]));
	});
});
