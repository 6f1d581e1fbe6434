import { AwsError } from "../aws/service.ts";
import type { Template } from "../template/template.ts";

/** Types that give rights, and the property that gives one a name of its own, where it can have one. */
const giving: Readonly<Record<string, string | undefined>> = {
	"AWS::IAM::AccessKey": undefined,
	"AWS::IAM::Group": "GroupName",
	"AWS::IAM::InstanceProfile": "InstanceProfileName",
	"AWS::IAM::ManagedPolicy": "ManagedPolicyName",
	"AWS::IAM::Policy": undefined,
	"AWS::IAM::Role": "RoleName",
	"AWS::IAM::RolePolicy": undefined,
	"AWS::IAM::User": "UserName",
	"AWS::IAM::UserToGroupAddition": undefined,
};

/**
 * Refuses a template that gives rights when whoever deploys it has not said that it may. Throws InsufficientCapabilitiesException.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html#using-iam-capabilities
 */
export function requireCapabilities({ Resources }: Template, acknowledged: readonly string[]): void {
	const found = Object.values(Resources).filter(({ Type }) => Object.hasOwn(giving, Type));
	const isNamed = found.some(({ Type, Properties }) => Object.hasOwn(Properties, giving[Type] ?? ""));
	const enough = isNamed ? ["CAPABILITY_NAMED_IAM"] : ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"];
	if (found.length === 0 || enough.some((capability) => acknowledged.includes(capability))) return;
	throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${enough[0]}]`);
}
