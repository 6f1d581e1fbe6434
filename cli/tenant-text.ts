import type { Origin } from "../domain/origin.ts";
import type { TenantView } from "../domain/tenant-view.ts";
import type { Paint } from "./paint.ts";
import { fields, table } from "./table.ts";

/** A tenant in full: its summary, and the conditions that its status is derived from. */
export function tenantText(tenant: TenantView, paint: Paint): string {
	const rows = tenant.conditions.map(({ type, status, reason, message, since }) => [
		...[type, conditionText(status, paint), since, `${reason}: ${message}`],
	]);
	const states = table(["CONDITION", "STATUS", "SINCE", "WHY"], rows, paint);
	return [tenantSummary(tenant, paint), ...(states === "" ? [] : ["", states])].join("\n");
}

/** What was asked for of a tenant, how it stands, and who has to act. */
export function tenantSummary(tenant: TenantView, paint: Paint): string {
	const { tenantId, hostname, status, slug, name, plan, externalRef, origin, routes, config, revision } = tenant;
	const { suspension, formerHostnames, nextActor, fix } = tenant;
	const about = fields(
		[
			["tenant", tenantId],
			...(nextActor ? [["who acts", `${nextActor}: ${fix ?? ""}`] as const] : []),
			...([
				["slug", slug],
				["name", name],
				["plan", plan],
				["external ref", externalRef],
			] as const),
			["origin", originText(origin)],
			...routes.map(({ prefix, origin }) => ["route", `${prefix} to ${originText(origin)}`] as const),
			["config", Object.keys(config).length > 0 ? JSON.stringify(config) : undefined],
			["former names", formerHostnames.join(", ")],
			["suspended", suspension && `${suspension.reason} (${suspension.requestedBy}, ${suspension.since})`],
			["revision", String(revision)],
		],
		paint,
	);
	return `${paint.bold(hostname)}  ${statusText(status, paint)}\n${about}`;
}

/** Tenants as a table, in the order given. */
export function tenantsText(tenants: readonly TenantView[], paint: Paint): string {
	const rows = tenants.map(({ slug, status, hostname, plan, nextActor, tenantId }) => [
		...[slug, statusText(status, paint), hostname, plan ?? "", nextActor ?? "nobody", tenantId],
	]);
	return table(["SLUG", "STATUS", "HOSTNAME", "PLAN", "WHO ACTS", "TENANT"], rows, paint) || "No tenants.";
}

/** A tenant's status in the colour of how urgent it is. */
export function statusText(status: TenantView["status"], paint: Paint): string {
	if (status === "active") return paint.green(status);
	return status === "failed" || status === "degraded" || status === "action-required"
		? paint.red(status)
		: paint.yellow(status);
}

/** An origin as an address, e.g. `https://shop.example.net:8443/v2`. */
export function originText({ protocol, host, port, pathPrefix }: Origin): string {
	return `${protocol}://${host}${port === 443 ? "" : `:${port}`}${pathPrefix}`;
}

function conditionText(status: "true" | "false" | "unknown", paint: Paint): string {
	if (status === "true") return paint.green(status);
	return status === "false" ? paint.red(status) : paint.yellow(status);
}
