import type { DomainView } from "../domain/domain-view.ts";
import type { DiagnosisView } from "../functions/api/contracts/domains.ts";
import type { Exit } from "./failures.ts";
import type { Paint } from "./paint.ts";
import { fields, table } from "./table.ts";
import { statusText } from "./tenant-text.ts";

/** A domain in full: the records that its owner sets, how it stands, and who has to act. */
export function domainText(domain: DomainView, paint: Paint): string {
	const { hostname, status, nextActor, fix, waiting, redirectTo, certificateEndsAt, imitates, attempt } = domain;
	const about = fields(
		[
			["who acts", nextActor ? `${nextActor}: ${fix ?? ""}` : undefined],
			["waits for", waiting ? `${waiting.lastSeen ?? waiting.kind} (next look ${waiting.nextCheckAt})` : undefined],
			["redirects to", redirectTo ?? undefined],
			["primary", domain.primary ? "yes" : undefined],
			["certificate", certificateEndsAt ? `until ${certificateEndsAt}` : undefined],
			["looks like", imitates.join(", ")],
			["attempt", attempt > 1 ? String(attempt) : undefined],
			["operation", domain.operationId ?? undefined],
		],
		paint,
	);
	const records = recordsText(domain, paint);
	return [`${paint.bold(hostname)}  ${statusText(status, paint)}`, about, ...(records ? ["", records] : [])].join("\n");
}

/** What is to be set where; an active domain's records have to stay. */
function recordsText({ records }: DomainView, paint: Paint): string {
	const rows = records.flatMap(({ name, type, value, when, note, alternatives }) => [
		[name ?? "(ACM tells it in a moment)", type, value ?? "", when, note],
		...alternatives.map((other) => [other.name, other.type, other.value, "or", other.note]),
	]);
	return table(["RECORD", "TYPE", "VALUE", "WHEN", "WHAT FOR"], rows, paint);
}

/** Domains as a table, in the order given. */
export function domainsText(domains: readonly DomainView[], paint: Paint): string {
	const rows = domains.map(({ hostname, status, validation, nextActor, fix }) => [
		...[hostname, statusText(status, paint), validation, nextActor ?? "nobody", fix ?? ""],
	]);
	return table(["DOMAIN", "STATUS", "VALIDATION", "WHO ACTS", "WHAT TO DO"], rows, paint) || "No domains.";
}

/** A verdict: what is so, what was found, who mends it and how. */
export function diagnosisText(diagnosis: DiagnosisView, paint: Paint): string {
	const { hostname, ok, reason, message, actor, fix, found, record, until } = diagnosis;
	const head = `${paint.bold(hostname)}  ${ok ? paint.green("ok") : paint.red(reason ?? "")}`;
	const about = fields(
		[
			["what", message],
			["found", found ?? undefined],
			["who acts", actor ? `${actor}: ${fix ?? ""}` : undefined],
			["set", record ? `${record.name} ${record.type} ${record.value}` : undefined],
			["until", until ?? undefined],
		],
		paint,
	);
	return `${head}\n${about}`;
}

/** The exit codes of exitOfDomain, for help texts. */
export const standing =
	"0 active; 2 waiting for the customer; 3 failed; 1 on its way, with nobody to act but Hostmaster or an operator.";

/** 0 active, 2 waiting for the customer, 3 failed; 1 while it is on its way and nobody else has to act. */
export function exitOfDomain({ status, nextActor }: DomainView): Exit {
	if (status === "active" || status === "suspended") return 0;
	if (status === "failed") return 3;
	if (status === "released" || status === "removing") return 0;
	return nextActor === "customer" ? 2 : 1;
}

export function diagnosisExit({ ok }: DiagnosisView): Exit {
	return ok ? 0 : 1;
}
