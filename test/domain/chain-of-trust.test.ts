import { describe, expect, it } from "vitest";
import { fitOf, wantedDs, type ZoneSigning } from "../../domain/chain-of-trust.ts";

const [first, second] = ["2371 13 2 AB12", "40 13 2 CD34"];
const key = (status: string, dsRecord = first) => ({ status, dsRecord });

describe("what the zone above has to say of a zone's keys", () => {
	it.each<[string, ZoneSigning, readonly string[]]>([
		["nothing when it is not signed", { status: "NOT_SIGNING", keys: [] }, []],
		["nothing when it is not signed yet", { status: "NOT_SIGNING", keys: [key("ACTIVE")] }, []],
		["nothing when it soon is no longer", { status: "DELETING", keys: [key("ACTIVE")] }, []],
		[
			"a DS for each key that signs",
			{ status: "SIGNING", keys: [key("ACTIVE"), key("ACTIVE", second)] },
			[first, second],
		],
		["none for a key that does not", { status: "SIGNING", keys: [key("INACTIVE"), key("ACTIVE", second)] }, [second]],
	])("is %s", (_, signing, wanted) => {
		expect(wantedDs(signing)).toEqual({ ok: true, value: wanted });
	});

	it.each<[ZoneSigning, string]>([
		[
			{ status: "ACTION_NEEDED", detail: "The key is gone.", keys: [key("ACTIVE")] },
			"its signing is ACTION_NEEDED (The key is gone.)",
		],
		[{ status: "INTERNAL_FAILURE", keys: [key("ACTIVE")] }, "its signing is INTERNAL_FAILURE"],
		[
			{ status: "SIGNING", keys: [key("ACTION_NEEDED"), key("ACTIVE", "")] },
			"it is signed, and none of its key-signing keys is active",
		],
	])("is for nobody to say of %j", (signing, refusal) => {
		expect(wantedDs(signing)).toEqual({ ok: false, refusal });
	});
});

describe("DS that stand", () => {
	const judge = (values: string[] | undefined, ...wanted: string[]) =>
		fitOf(values && { ttlSeconds: 300, values }, wanted);

	it("are right when they are the zone's, in any order and spelling", () => {
		expect(judge([second, " 2371  13 2 ab 12 "], first, second)).toBe("right");
		expect(judge(undefined)).toBe("right");
	});

	it("are partly right as long as one key is vouched for, or nothing is said of a signed zone", () => {
		expect(judge([first], first, second)).toBe("partly");
		expect(judge([first, second], second)).toBe("partly");
		expect(judge(undefined, first)).toBe("partly");
	});

	it("are wrong when none is the zone's, or the zone is not signed", () => {
		expect(judge([first], second)).toBe("wrong");
		expect(judge([first])).toBe("wrong");
	});
});
