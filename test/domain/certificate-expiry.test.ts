import { describe, expect, it } from "vitest";
import { expiryNotice } from "../../domain/certificate-expiry.ts";

const now = "2027-01-01T00:00:00.000Z";
const dayMs = 86_400_000;
const endsIn = (days: number) => new Date(Date.parse(now) + days * dayMs).toISOString();

describe("the notice of a certificate's end", () => {
	it.each<[number, number | undefined, number | undefined, number?]>([
		[198, undefined, undefined],
		[46, undefined, undefined],
		[45.9, undefined, 45, 45],
		[45, undefined, 45, 45],
		[44, 45, undefined],
		[30, 45, 30, 30],
		[29, 30, undefined],
		[14, 30, 14, 14],
		[7, 14, 7, 7],
		[1, 7, undefined],
		// Told of the nearest only.
		[10, undefined, 14, 10],
		[3, 45, 7, 3],
		// It has ended.
		[-1, 14, 7, 0],
		[-1, 7, undefined],
	])("%d days before it, when that of %s was given, is that of %s", (days, told, stage, daysLeft) => {
		const notice = stage === undefined ? undefined : { stage, daysLeft };
		expect(expiryNotice({ notAfter: endsIn(days) }, now, told)).toEqual(notice);
	});

	const pending = { status: "PENDING_VALIDATION" };
	/** The stages of a certificate of `life` days that is not renewed; ACM waits for a record when `waitsFrom` days are left. */
	function given(life: number, waitsFrom: number): [stage: number, daysLeft: number][] {
		let told: number | undefined;
		const notices: [number, number][] = [];
		for (let day = 0; day <= life; day++) {
			const today = new Date(Date.parse(now) + day * dayMs).toISOString();
			const renewal = life - day <= waitsFrom ? pending : undefined;
			const notice = expiryNotice({ notBefore: now, notAfter: endsIn(life), renewal }, today, told);
			if (!notice) continue;
			told = notice.stage;
			notices.push([notice.stage, notice.daysLeft]);
		}
		return notices;
	}

	it.each<[number, number, [number, number][]]>([
		[
			198,
			60,
			[
				[45, 45],
				[30, 30],
				[14, 14],
				[7, 7],
			],
		],
		[
			100,
			33,
			[
				[45, 33],
				[30, 30],
				[14, 14],
				[7, 7],
			],
		],
		[
			47,
			15,
			[
				[30, 15],
				[14, 14],
				[7, 7],
			],
		],
	])(
		"comes once for each stage of a certificate of %d days, once ACM waits %d days before the end",
		(life, from, stages) => {
			expect(given(life, from)).toEqual(stages);
		},
	);

	it.each<[number, [number, number][]]>([
		[
			198,
			[
				[45, 39],
				[30, 30],
				[14, 14],
				[7, 7],
			],
		],
		[
			100,
			[
				[30, 20],
				[14, 14],
				[7, 7],
			],
		],
		[
			47,
			[
				[14, 9],
				[7, 7],
			],
		],
	])("comes in the last fifth of %d days when ACM has not even begun", (life, stages) => {
		expect(given(life, 0)).toEqual(stages);
	});

	it("does not come while a renewal goes on by itself", () => {
		const renewal = { status: "PENDING_AUTO_RENEWAL" };
		expect(expiryNotice({ notBefore: endsIn(-3), notAfter: endsIn(44), renewal }, now, undefined)).toBeUndefined();
	});
});
