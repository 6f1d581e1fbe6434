import {
	DeleteStackCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	type StackStatus,
} from "@aws-sdk/client-cloudformation";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
	DeleteHostedZoneCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	ListTagsForResourceCommand,
} from "@aws-sdk/client-route-53";
import { type aLandscape, aStack, domains } from "./a-landscape.ts";

type Shown = ReturnType<typeof aStack> | Error;

/** The removal of nonprod, from a landscape's accounts. */
export function aRemoval({ cloudformation, dynamodb, route53, type }: ReturnType<typeof aLandscape>) {
	const gone = "hostmaster-nonprod is gone already";
	return {
		async remove() {
			const { exit, stdout, stderr } = await type("environments remove nonprod --confirm nonprod --json");
			const { error, steps = [] } = JSON.parse(stdout);
			return { exit, error, stderr, details: steps.slice(1).map(({ detail }: { detail: string }) => detail) };
		},
		nothingLeft: ["no tenant has a name here", gone, gone, gone, `${domains.nonprod} has no zone any more`],
		/** The environment's own stack, whose zone is Z1. */
		own: ({ status = "CREATE_COMPLETE" as StackStatus, role = "arn:role", state = "standing", zone = "Z1" } = {}) =>
			aStack(
				status,
				{ PlatformZoneId: zone },
				{ PlatformDomain: domains.nonprod, DelegationRole: role, DelegationState: state },
			),
		/** What is shown of it, look by look; the last for ever. */
		stands(...looks: Shown[]) {
			const asked = cloudformation.on(DescribeStacksCommand);
			for (const look of looks.slice(0, -1)) {
				if (look instanceof Error) asked.rejectsOnce(look);
				else asked.resolvesOnce(look);
			}
			const last = looks.at(-1);
			if (last instanceof Error) asked.rejects(last);
			else if (last) asked.resolves(last);
		},
		/** Public zones of nonprod's domain by their ids, each with its tags. */
		zonesAre(zones: Record<string, Record<string, string>>) {
			const HostedZones = Object.keys(zones).map((id) => ({
				...{ Id: `/hostedzone/${id}`, Name: `${domains.nonprod}.`, CallerReference: id },
			}));
			route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones, IsTruncated: false, MaxItems: 10 });
			for (const [ResourceId, tags] of Object.entries(zones)) {
				const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
				route53.on(ListTagsForResourceCommand, { ResourceId }).resolves({ ResourceTagSet: { Tags } });
			}
			route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets: [], IsTruncated: false, MaxItems: 300 });
		},
		/** Everything that was changed, in the order in which it was. */
		acts(): string[] {
			const calls = [...cloudformation.calls(), ...dynamodb.calls(), ...route53.calls()];
			const told = calls
				.toSorted((left, right) => (left.calledBefore(right) ? -1 : 1))
				.map(({ args: [command] }) => {
					if (command instanceof UpdateItemCommand)
						return command.input.UpdateExpression?.startsWith("SET") ? "pause" : "resume";
					if (command instanceof ExecuteChangeSetCommand) return "withdraw";
					if (command instanceof DeleteStackCommand) return "delete stack";
					return command instanceof DeleteHostedZoneCommand ? `delete ${command.input.Id}` : "";
				});
			return told.filter((each) => each !== "");
		},
	};
}
