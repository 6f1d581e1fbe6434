import { describe, expect, it } from "vitest";
import { lagDiagnoses, type MapMarker, replicaDiagnoses } from "../../domain/map-replicas.ts";

const region = "eu-central-1";

describe("the replicas of the tenant map", () => {
	it("are none where none is asked for, which is worth a note", () => {
		expect(replicaDiagnoses("", [])).toEqual([{ kind: "note", message: "The tenant map has no replica." }]);
	});

	it("are in order where they are and serve", () => {
		expect(replicaDiagnoses(region, [{ region, status: "ACTIVE" }])).toEqual([]);
		expect(replicaDiagnoses("", [{ region, status: "ACTIVE" }])).toEqual([]);
	});

	it("are faults where they are missing, or do not serve", () => {
		expect(replicaDiagnoses(region, [])).toMatchObject([
			{ kind: "fault", message: "The tenant map has no replica in eu-central-1." },
		]);
		expect(replicaDiagnoses(region, [{ region, status: "CREATION_FAILED" }])).toMatchObject([
			{ kind: "fault", message: "The tenant map's replica in eu-central-1 is CREATION_FAILED." },
		]);
	});
});

describe("a replica's lag", () => {
	const nowMs = Date.parse("2026-06-01T00:10:00.000Z");
	const marker = (hostname: string, generation = 2, updatedAt = "2026-06-01T00:00:00.000Z"): MapMarker => ({
		...{ hostname, generation, updatedAt },
	});
	const found = (home: MapMarker[], replica: MapMarker[]) =>
		lagDiagnoses(region, { home, replica }, nowMs).map(({ kind, message }) => `${kind}: ${message}`);
	const none = (size: number) =>
		`note: The tenant map's replica in eu-central-1 lags in none of ${size} entries that were compared.`;

	it("is none where it has all, or newer ones", () => {
		expect(found([marker("a"), marker("b")], [marker("b"), marker("a", 3)])).toEqual([none(2)]);
		expect(found([], [])).toEqual([none(0)]);
	});

	it("is no fault while a change is on its way", () => {
		expect(found([marker("a", 2, "2026-06-01T00:09:01.000Z")], [])).toEqual([none(1)]);
	});

	it("is a fault where an entry is missing or old for longer than a change may take", () => {
		const home = [marker("a"), marker("b"), marker("c", 2, "2026-06-01T00:09:00.000Z")];
		expect(found(home, [marker("b", 1)])).toEqual([
			"fault: The tenant map's replica in eu-central-1 lags by more than 60 s in 3 of 3 entries that were compared, such as a.",
		]);
	});
});
