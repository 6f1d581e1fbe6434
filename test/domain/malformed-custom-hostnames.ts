import { malformedHostnames } from "./malformed-hostnames.ts";

/** The platform of the tables here. */
export const platformDomain = "app.nonprod.platform.net";

type Malformed = readonly [text: string, rule: string];

const words = (text: string) => text.trim().split(/\s+/);
const each = (rule: string, texts: readonly string[]): Malformed[] => texts.map((text) => [text, rule]);
const cross = (rule: string, firsts: readonly string[], make: ((first: string) => string)[]): Malformed[] =>
	firsts.flatMap((first) => make.map((one): Malformed => [one(first), rule]));

/** What breaks the same rule with and without a tenant; a star is another matter here. */
const asEverywhere = malformedHostnames.filter(([text]) => !text.includes("*") && !text.startsWith("localhost"));

const icannSuffixes = words(`
	co.uk org.uk gov.uk ac.uk com.au net.au co.nz co.jp ne.jp ac.jp kyoto.jp kobe.jp com.br com.cn net.cn com.tr co.za com.mx com.ar co.in co.kr
	com.sg com.hk com.tw co.il com.pl gouv.fr asso.fr co.at or.at com.ua c.kobe.jp k12.ak.us ak.us xn--55qx5d.cn 公司.cn b.ck priv.no
`);

const privateSuffixes = words(`
	github.io gitlab.io blogspot.com herokuapp.com netlify.app vercel.app pages.dev workers.dev web.app firebaseapp.com azurewebsites.net
	cloudfront.net s3.amazonaws.com compute.amazonaws.com x.compute.amazonaws.com fly.dev onrender.com uk.com us.com de.com eu.com
	ngrok.io repl.co surge.sh readthedocs.io myshopify.com translate.goog dyndns.org duckdns.org
`);

const platformNames = words(`
	platform.net www.platform.net nonprod.platform.net app.nonprod.platform.net acme.app.nonprod.platform.net a.b.acme.app.nonprod.platform.net
	app.platform.net acme.app.platform.net edge.app.nonprod.platform.net x.edge.app.nonprod.platform.net status.platform.net mail.platform.net
	PLATFORM.NET Www.Platform.Net. xn--bcher-kva.platform.net bücher.platform.net
`);

const specialNames = words(
	"localhost local test invalid example onion alt internal arpa home.arpa example.com example.net example.org",
);

const v4 = words(`
	0.0.0.0 10.0.0.1 127.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 198.51.100.7 203.0.113.9 255.255.255.255 8.8.8.8 1.1.1.1 256.1.1.1 1.2.3
	10.1 0x0a.0x00.0x00.0x01 0xc0a80101 0300.0250.1.1 3232235777 00.00.00.00 １０.０.０.１ 10。0。0。1 224.0.0.1 100.64.0.1 192.0.0.8
`);
const v6 = words(`
	:: 2001:db8::2 fe80::1 ff02::1 fc00::7 2001:db8:0:0:0:0:0:1 ::ffff:10.0.0.1 64:ff9b::1 [::] [2001:db8::2] [fe80::1]:443 2606:4700::1111
	1:2:3:4:5:6:7:8 ::1%lo abcd::
`);

const strayCharacters = Array.from("!\"$%&'()+,;<=>^`{|}~");
const unseen = [0, 1, 7, 8, 9, 10, 11, 12, 13, 27, 32, 127].map((code) => String.fromCharCode(code));
const hosts = words("acme.com shop.acme.co.uk foo.github.io");
const stars = words(`
	* *. ** **.acme.com *acme.com w*.acme.com *w.acme.com a.*.acme.com shop.*.acme.com *.*.acme.com *.*.*.acme.com shop.acme.* acme.* *.acme.*
	*.a*.com *.*a.acme.com *.w*w.acme.com acme.com* *acme.co.uk *。*.acme.com *.shop.*.acme.com *.*.com *.**.com
`);

/** At least 500 texts that no tenant may bring as a hostname of its own, each with the rule that it breaks first. */
export const malformedCustomHostnames: readonly Malformed[] = [
	...asEverywhere,
	...cross(
		"public-suffix",
		[...icannSuffixes, ...privateSuffixes],
		[(name) => name, (name) => ` ${name.toUpperCase()}. `],
	),
	...cross("wildcard-suffix", [...icannSuffixes, ...privateSuffixes], [(name) => `*.${name}`]),
	...each(
		"wildcard-suffix",
		words("*.com *.net *.uk *.jp *.ck *.mm *.app *.dev *.io *.COM *.com. *。com *.xn--p1ai *.рф *.intranet"),
	),
	...cross("platform-zone", platformNames, [(name) => name, (name) => `*.${name}`]),
	...cross("special-use", specialNames, [
		(name) => name,
		(name) => `*.${name}`,
		(name) => `shop.${name}`,
		(name) => `${name}.`,
	]),
	...each("ip-literal", [...v4, ...v6]),
	...cross("ip-literal", v4, [(address) => `*.${address}`]),
	...cross(
		"scheme",
		hosts,
		["http://", "https://", "HTTP://", "ftp://", "wss://", "h2+c://"].map((scheme) => (host) => scheme + host),
	),
	...cross("scheme", hosts, [(host) => `https://*.${host}`, (host) => `https://me:x@${host}:1/a`]),
	...cross(
		"path",
		hosts,
		["/", "/a", "?a=b", "#a", "\\a", "/*", "//"].map((path) => (host) => host + path),
	),
	...cross("path", hosts, [(host) => `*.${host}/`, (host) => `//${host}`, (host) => `:1/${host}`]),
	...cross("userinfo", hosts, [(host) => `me@${host}`, (host) => `*.me@${host}`, (host) => `@${host}.`]),
	...cross(
		"port",
		hosts,
		[":80", ":443", ":", ":x", ":65536"].map((port) => (host) => host + port),
	),
	...cross("port", hosts, [(host) => `*.${host}:443`]),
	...cross("characters", strayCharacters, [
		(stray) => `a${stray}b.acme.com`,
		(stray) => `acme.co${stray}m`,
		(stray) => `*.a${stray}.com`,
	]),
	...cross("characters", unseen, [(stray) => `shop${stray}x.acme.com`]),
	...cross("empty-label", hosts, [
		(host) => `.${host}`,
		(host) => `${host}..`,
		(host) => `shop..${host}`,
		(host) => `*..${host}`,
	]),
	...cross("hyphens", hosts, [
		(host) => `-a.${host}`,
		(host) => `a-.${host}`,
		(host) => `*.-.${host}`,
		(host) => `aa--b.${host}`,
	]),
	...cross("underscore", hosts, [
		(host) => `_.${host}`,
		(host) => `*._a.${host}`,
		(host) => `a_b.${host}`,
		(host) => `_acme-challenge.${host}`,
	]),
	...cross("label-length", hosts, [(host) => `${"x".repeat(64)}.${host}`, (host) => `*.${"é".repeat(62)}.${host}`]),
	...cross("name-length", hosts, [(host) => `${"ab.".repeat(84)}${host}`, (host) => `*.${"abc.".repeat(63)}${host}`]),
	...cross("certificate-name", hosts, [
		(host) => `${"x".repeat(63)}.${host}`,
		(host) => `*.${"abcd.".repeat(12)}${host}`,
	]),
	...each("certificate-name", [`${"y".repeat(61)}.com`, `*.${"y".repeat(59)}.com`]),
	...cross("numeric-tld", words("acme.1 shop.acme.42 acme.0x1 acme.00"), [(name) => name, (name) => `*.${name}`]),
	...each("single-label", words("net uk intranet shop xn--p1ai рф acme COM com. a 中国 xn--fiqs8s biz jp mm ck us")),
	...each("idna", words("xn--zz.acme.com *.xn--zz.acme.com shop.xn--zz.co.uk")),
	...each("mixed-script", words("аcme.com *.аcme.com shop.gооgle.com αcme.com acmе.co.uk миcro.com раypal.de")),
	...each("confusable", words("аррӏе.co.uk *.аррӏе.com хуа.com осо.de")),
	...each("wildcard-form", stars),
];
