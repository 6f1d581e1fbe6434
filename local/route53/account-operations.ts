import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { type Call, changeInfo, type Operation, ok } from "./operation.ts";
import type { SigningKey } from "./signing-table.ts";
import { readXml } from "./xml.ts";

/** What an account has, may have, and signs. */
export const accountOperations: readonly Operation[] = [
	{ name: "GetAccountLimit", method: "GET", path: /^accountlimit\/([A-Z_]+)$/, run: getAccountLimit },
	{ name: "GetHostedZoneLimit", method: "GET", path: /^hostedzonelimit\/([^/]+)\/([A-Z_]+)$/, run: getHostedZoneLimit },
	{ name: "GetDNSSEC", method: "GET", path: /^hostedzone\/([^/]+)\/dnssec$/, run: getDnssec },
	{ name: "ListTagsForResource", method: "GET", path: /^tags\/hostedzone\/([^/]+)$/, run: listTags },
	{ name: "CreateKeySigningKey", method: "POST", path: /^keysigningkey$/, run: createKeySigningKey },
	{
		name: "EnableHostedZoneDNSSEC",
		method: "POST",
		path: /^hostedzone\/([^/]+)\/enable-dnssec$/,
		run: setSigning(true),
	},
	{
		name: "DisableHostedZoneDNSSEC",
		method: "POST",
		path: /^hostedzone\/([^/]+)\/disable-dnssec$/,
		run: setSigning(false),
	},
];

function getAccountLimit({ id, caller, zones }: Call) {
	if (id !== "MAX_HOSTED_ZONES_BY_OWNER") throw new AwsError("InvalidInput", `The limit ${id} is not emulated.`);
	const Limit = { Type: id, Value: zones.quotas.zonesPerAccount };
	return ok("GetAccountLimitResponse", { Limit, Count: zones.of(caller).length });
}

function getHostedZoneLimit({ id, more: [type], caller, zones }: Call) {
	if (type !== "MAX_RRSETS_BY_ZONE") throw new AwsError("InvalidInput", `The limit ${type} is not emulated.`);
	const zone = zones.owned(id, caller);
	const Limit = { Type: type, Value: zones.quotas.recordSetsPerZone };
	return ok("GetHostedZoneLimitResponse", { Limit, Count: zones.count(zone) });
}

function listTags({ id, caller, zones }: Call) {
	const zone = zones.owned(id, caller);
	const Tag = zones.tags.of(zone.id).map(({ key, value }) => ({ Key: key, Value: value }));
	const ResourceTagSet = { ResourceType: "hostedzone", ResourceId: zone.id, Tags: { Tag } };
	return ok("ListTagsForResourceResponse", { ResourceTagSet });
}

function getDnssec({ id, caller, zones }: Call) {
	const { isSigning, keys } = zones.signing.of(zones.owned(id, caller).id);
	return ok("GetDNSSECResponse", {
		Status: { ServeSignature: isSigning ? "SIGNING" : "NOT_SIGNING" },
		KeySigningKeys: { member: keys.map(keyView) },
	});
}

function keyView({ name, keyTag, dsRecord }: SigningKey) {
	return { Name: name, KeyTag: keyTag, DSRecord: dsRecord, Status: "ACTIVE" };
}

const keyRequest = z.object({ CreateKeySigningKeyRequest: z.object({ HostedZoneId: z.string(), Name: z.string() }) });

function createKeySigningKey({ body, caller, zones }: Call) {
	const parsed = keyRequest.safeParse(readXml(body));
	if (!parsed.success) throw new AwsError("InvalidInput", `Invalid XML ; ${parsed.error.issues[0]?.path.join("/")}`);
	const { HostedZoneId, Name } = parsed.data.CreateKeySigningKeyRequest;
	const zone = zones.owned(HostedZoneId, caller);
	const key = zones.signing.addKey(zone.id, Name);
	if (!key) throw new AwsError("KeySigningKeyAlreadyExists", `The zone has a key named ${Name}.`, 409);
	const KeySigningKey = keyView(key);
	const ChangeInfo = changeInfo(zones.noteChange(zone));
	return { ...ok("CreateKeySigningKeyResponse", { ChangeInfo, KeySigningKey }), status: 201 };
}

function setSigning(on: boolean): Operation["run"] {
	return ({ id, caller, zones }) => {
		const zone = zones.owned(id, caller);
		if (!zones.signing.setSigning(zone.id, on)) throw on ? noActiveKey() : neverSigned();
		const ChangeInfo = changeInfo(zones.noteChange(zone));
		return ok(`${on ? "Enable" : "Disable"}HostedZoneDNSSECResponse`, { ChangeInfo });
	};
}

function noActiveKey(): AwsError {
	return new AwsError("KeySigningKeyWithActiveStatusNotFound", "A key-signing key with ACTIVE status wasn't found.");
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisableHostedZoneDNSSEC.html */
function neverSigned(): AwsError {
	return new AwsError("DNSSECNotFound", "The hosted zone doesn't have any DNSSEC resources.");
}
