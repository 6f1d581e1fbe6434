import { describe, expect, it } from "vitest";
import type { PublicView, ServerView } from "../../domain/delegation.ts";
import { delegationDiagnoses } from "../../domain/delegation-diagnosis.ts";

const name = "app.example.com";
const own = ["ns-1.awsdns-00.com"];
const view = (outcome: PublicView["outcome"], servers: readonly string[] = []): PublicView => ({
	...{ resolver: "192.0.2.1", outcome, servers },
});
const agrees = view("found", own);
const elsewhere = view("found", ["ns1.elsewhere.example"]);
const silent = view("no-answer");
const server = (outcome: ServerView["outcome"], at = "ns-1.awsdns-00.com"): ServerView => ({ server: at, outcome });
const [sound, lame, mute] = [server("authoritative"), server("lame"), server("no-answer")];

/** `kind: message` of each. */
const told = (above: PublicView[], resolvers: PublicView[], servers: ServerView[]) =>
	delegationDiagnoses(name, own, { above, resolvers, servers }).map((one) => `${one.kind}: ${one.message}`);

describe("a delegation", () => {
	it.each([
		["all agree", [agrees], [agrees, agrees]],
		["nobody asks above", [], [agrees, agrees]],
		["one of three resolvers is silent", [agrees], [agrees, agrees, silent]],
		["all resolvers but one are silent", [agrees], [agrees, silent, silent]],
		["nobody above answers", [silent], [agrees, agrees]],
	])("is in order where %s", (_, above, resolvers) => {
		expect(told(above, resolvers, [sound])).toEqual([]);
	});

	it.each([
		["nobody at all answers", [silent], [silent, silent], [mute]],
		["no resolver answers, and nobody asks above", [], [silent], [mute]],
	])("is unknown, once, where %s", (_, above, resolvers, servers) => {
		expect(told(above, resolvers, servers)).toEqual([
			"unknown: Nobody who was asked says where app.example.com leads.",
		]);
	});

	it("is unknown where it stands above, and no resolver says whether the world follows it", () => {
		expect(told([agrees], [silent], [sound])).toEqual(["unknown: No resolver says where app.example.com leads."]);
	});

	it("is named once where it is wrong above, whatever resolvers remember", () => {
		expect(told([elsewhere], [elsewhere], [sound])).toEqual([expect.stringMatching(/^fault: .*ns1\.elsewhere/)]);
		expect(told([elsewhere], [agrees], [sound])).toEqual([expect.stringMatching(/^fault: .*ns1\.elsewhere/)]);
	});

	it("is named where resolvers find others, or none", () => {
		expect(told([agrees], [elsewhere, elsewhere], [sound])).toEqual([expect.stringMatching(/^fault: .*lacks ns-1/)]);
		expect(told([], [view("none")], [sound])).toEqual([expect.stringMatching(/^fault: .*finds none/)]);
	});

	it("is named where a server is lame or silent, and is unknown where none answers at all", () => {
		expect(told([agrees], [agrees], [lame])).toEqual([expect.stringMatching(/^fault: .*is lame/)]);
		expect(told([agrees], [agrees], [sound, server("no-answer", "ns-2.awsdns-00.com")])).toEqual([
			expect.stringMatching(/^fault: .*ns-2\.awsdns-00\.com does not answer/),
		]);
		expect(told([agrees], [agrees], [mute])).toEqual([expect.stringMatching(/^unknown: None of the name servers/)]);
	});
});
