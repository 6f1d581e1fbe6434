import type { ProofKind } from "../custom-domain.ts";
import { type DnsView, knownOf } from "../domain-observations.ts";
import { judgeOwnership } from "../ownership.ts";
import { evidenceOf } from "../ownership-evidence.ts";
import type { NotYetReason } from "../ownership-message.ts";
import { explainDisagreement } from "./agreement.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { lameDelegation } from "./check-dns.ts";
import { looksLikeTarget } from "./expected-domain.ts";
import { explainRoute } from "./explain-route.ts";
import { authoritativeOf, type Sight, trafficFacts, trafficRecord } from "./sight.ts";

/** Why the ownership is not proven, in more words than the judgement itself has; undefined when it is. */
export function checkOwnership(sight: Sight): Verdict | undefined {
	const judged = judgedBy(sight, sight.expected.proofs);
	if (judged.state === "proven") return undefined;
	return explained(sight, judged.reason, judged.found ?? "");
}

/**
 * Why an ownership that was proven is not any more; undefined while it is. The way to this attempt's own target goes on proving it, also where it
 * did not count before it was there: nobody but the owner can have set it since the attempt began.
 */
export function checkStillOwned(sight: Sight): Verdict | undefined {
	const { proofs, target, platformDomain } = sight.expected;
	const isOwnTarget = looksLikeTarget(target, platformDomain);
	if (isOwnTarget && judgedBy(sight, ["cname", ...proofs]).state === "proven") return undefined;
	return checkOwnership(sight);
}

function judgedBy({ expected, observed }: Sight, proofs: readonly ProofKind[]) {
	const nameServers = knownOf(observed.zone)?.servers ?? [];
	return judgeOwnership({ ...expected, proofs }, { resolvers: observed.resolvers, nameServers });
}

function explained(sight: Sight, reason: NotYetReason, found: string): Verdict {
	const { expected, observed } = sight;
	const { hostname } = expected;
	switch (reason) {
		case "could-not-ask": {
			const resolvers = observed.resolvers.map(({ server }) => server).join(", ");
			return lameDelegation(sight) ?? verdict("could-not-ask", { hostname, resolvers });
		}
		case "too-few-answers":
			return lameDelegation(sight) ?? verdict("too-few-answers", { hostname, found: found || "nobody else was asked" });
		case "resolvers-disagree":
		case "name-servers-disagree":
			return disagreement(sight);
		case "cname-by-way-of-others":
			return verdict(reason, { ...trafficFacts(expected), found }, { record: trafficRecord(expected) });
		case "cname-missing":
		case "cname-wrong-target":
		case "cname-of-former-attempt":
		case "cname-of-another-tenant":
			return strayProof(sight) ?? explainRoute(sight, found);
		case "txt-missing":
			return strayProof(sight) ?? ofText(sight, reason, found);
		case "cname-is-no-proof":
			return strayProof(sight) ?? ofText(sight, reason, found);
		default:
			return ofText(sight, reason, found);
	}
}

function ofText({ expected }: Sight, reason: TextReason, found: string): Verdict {
	const { hostname, txtName: name, txtValue: value } = expected;
	return verdict(reason, { hostname, name, value, found }, { record: { name, type: "TXT", value } });
}
type TextReason = Extract<NotYetReason, `txt-${string}` | "cname-is-no-proof">;

/** The right value at a name that people take by mistake. */
function strayProof({ expected, observed }: Sight): Verdict | undefined {
	const { txtName: name, txtValue: value } = expected;
	const at = knownOf(observed.strayProofs)?.find(({ records }) => records.some((one) => one.join("") === value));
	return at && verdict("txt-at-wrong-name", { name, found: at.name }, { record: { name, type: "TXT", value } });
}

/** Who does not find the proof that others find; of two kinds of proof the one that anybody finds. */
function disagreement(sight: Sight): Verdict {
	const { expected, observed } = sight;
	const views: readonly DnsView[] = [...authoritativeOf(sight), ...observed.resolvers];
	const isFound = (kind: "cname" | "txt") => views.some((view) => evidenceOf(kind, expected, view).is === "proof");
	const kind = expected.proofs.includes("cname") && isFound("cname") ? "cname" : "txt";
	const differing = views.flatMap((view) => {
		const evidence = evidenceOf(kind, expected, view);
		const reading = kind === "cname" ? view.a : view.proof;
		return evidence.is === "flaw" ? [{ view, found: evidence.found, reading }] : [];
	});
	return explainDisagreement(sight, kind === "cname" ? expected.hostname : expected.txtName, differing);
}
