import { afterAll, describe, expect, it } from "vitest";
import { newTenantSchema } from "../../domain/new-tenant.ts";
import { routes } from "../../functions/api/routes.ts";
import { malformedBodies } from "./malformed-bodies.ts";
import { malformedHosts, malformedSlugs } from "./malformed-names.ts";
import { malformedBy, replaced } from "./malformed-values.ts";
import { aReadOnlyAccount } from "./read-only-account.ts";
import { refuse, send } from "./refusing.ts";
import { soundRequests } from "./sound-requests.ts";

const account = aReadOnlyAccount();
account.withZone();
let inputs = 0;
afterAll(() => console.info(`${inputs} malformed lines of imports were planned as invalid, by field and rule.`));

const sound = soundRequests.createTenant.body;
const planSchema = routes.createImport.reply.schema;

/** What a dry run says of lines, all of them malformed. */
async function problemsOf(lines: readonly string[]) {
	inputs += lines.length;
	const { statusCode, body } = await send("createImport", { ...soundRequests.createImport, body: lines.join("\n") });
	expect(statusCode, body).toBe(routes.createImport.reply.status);
	const { planned, lines: shown } = planSchema.parse(JSON.parse(body ?? ""));
	expect({ ...planned, conflict: 0, invalid: planned.invalid + planned.conflict }).toEqual({
		new: 0,
		same: 0,
		conflict: 0,
		invalid: lines.length,
		adopted: 0,
	});
	expect(account.acts()).toEqual([]);
	for (const [at, { problem }] of shown.entries()) {
		const named = { field: expect.stringMatching(/./s), rule: expect.stringMatching(/./s) };
		expect(problem, lines[at]?.slice(0, 80)).toMatchObject(named);
	}
	return shown.map(({ problem }) => problem);
}

describe("the lines of an import", () => {
	it("that are no JSON, or cannot be kept, are invalid, each by its rule", async () => {
		const bodies = malformedBodies.filter(([, text]) => text.trim() !== "" && !text.includes("\n"));
		const problems = await problemsOf(bodies.map(([, text]) => text));
		expect(problems.map((problem) => problem?.rule)).toEqual(
			// A byte order mark before a line is white space to String.trim, and then the line is JSON.
			bodies.map(([, text, rule]) => (text.startsWith("\ufeff") ? "required" : rule)),
		);
	});

	it("that break the contract of a tenant are invalid, by the member at fault", async () => {
		const malformed = malformedBy(newTenantSchema, sound);
		const problems = await problemsOf(malformed.map(({ value }) => JSON.stringify(value)));
		for (const [at, { field, what }] of malformed.entries()) {
			expect(problems[at]?.field, `${field} ${what}`).toBe(field || problems[at]?.field);
		}
	});

	it("that name no slug, or no origin that is allowed, are invalid", async () => {
		const slugs = malformedSlugs.map((slug) => JSON.stringify(replaced(sound, ["slug"], slug)));
		expect(new Set((await problemsOf(slugs)).map((problem) => problem?.field))).toEqual(new Set(["slug"]));
		const hosts = malformedHosts.map((host) => JSON.stringify(replaced(sound, ["origin", "host"], host)));
		expect(new Set((await problemsOf(hosts)).map((problem) => problem?.field))).toEqual(new Set(["origin.host"]));
	});
});

describe("an import without lines, or with too many", () => {
	it.each([
		["nothing", "", "required"],
		["blank lines", "\n \r\n\t\n", "required"],
		["10,001 lines", "{}\n".repeat(10_001), "maximum"],
	])("is refused: %s", async (told, body, rule) => {
		const problem = await refuse(account, "createImport", { ...soundRequests.createImport, body }, told);
		expect(problem).toMatchObject({ status: 400, field: "body", rule });
	});
});
