package graphsim_test

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"
)

func scenario(t testing.TB, text string) graphsim.Config {
	t.Helper()
	var config graphsim.Config
	if err := graphsim.ReadScenario(strings.NewReader(text), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// comparing compares Configs, and regular expressions by their text.
var comparing = cmp.Options{
	cmp.Comparer(func(a, b *regexp.Regexp) bool { return a == b || a != nil && b != nil && a.String() == b.String() }),
	cmpopts.IgnoreFields(graphsim.Config{}, "Directory", "OnRequest"),
}

// TestSampleNamesEveryKey: the sample is where one looks a key up, so none may
// be missing there, commented out or not.
func TestSampleNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../samples/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config := scenario(t, string(text))
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var missing []string
	compareKeys(root.Content[0], reflect.TypeFor[graphsim.Config](), "", &missing)
	// The sample lets any app sign in, so that its clients stand in a comment.
	missing = slices.DeleteFunc(missing, func(key string) bool { return strings.HasPrefix(key, "clients.") })
	if len(missing) > 0 {
		t.Errorf("samples/scenario.yaml lacks %s", strings.Join(missing, ", "))
	}
	s := newSim(config)
	if got := create(t, s, "gone@example.com", "mobile", "+1 2065550123"); got.status == 201 {
		t.Errorf("the sample's rule for gone@ does not hold")
	}
	// What it says to be usual is what is done without it.
	usual := newSim(graphsim.Config{Assumed: config.Assumed})
	for _, got := range []reply{create(t, usual, bob, "alternateMobile", "+1 2065550123"), send(t, usual, "GET", phonePath(bob, mobileID), "")} {
		plain := newSim(graphsim.Config{})
		want := create(t, plain, bob, "alternateMobile", "+1 2065550123")
		if got.status == 404 {
			want = send(t, plain, "GET", phonePath(bob, mobileID), "")
		}
		wantJSON(t, "with the sample's assumed", got.body, want.body)
	}
}

// compareKeys collects the keys of a type that stand nowhere in a node. Of
// the elements of a list, one must have the key.
func compareKeys(node *yaml.Node, t reflect.Type, at string, missing *[]string) {
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()) {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if key == "-" {
			continue
		}
		if key == "" {
			key = strings.ToLower(f.Name)
		}
		var values []*yaml.Node
		for j := 0; node != nil && j+1 < len(node.Content); j += 2 {
			if node.Content[j].Value == key {
				values = append(values, node.Content[j+1])
			}
		}
		if len(values) == 0 {
			*missing = append(*missing, at+key)
			continue
		}
		value, element := values[0], f.Type
		if f.Type.Kind() == reflect.Slice {
			element = f.Type.Elem()
			all := &yaml.Node{Kind: yaml.MappingNode}
			for _, one := range value.Content {
				all.Content = append(all.Content, one.Content...)
			}
			value = all
		}
		compareKeys(value, element, at+key+".", missing)
	}
}

func TestNamedScenarios(t *testing.T) {
	names := graphsim.ScenarioNames()
	if len(names) < 5 || !slices.IsSorted(names) {
		t.Errorf("names = %v, want a few in order", names)
	}
	for _, name := range names {
		file, ok := graphsim.NamedScenario(name)
		if !ok {
			t.Fatalf("%s cannot be opened", name)
		}
		var config graphsim.Config
		if err := graphsim.ReadScenario(file, &config); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		file.Close()
		if len(config.Description) < 40 || config.Seed == 0 {
			t.Errorf("%s has the description %q and the seed %d, want both", name, config.Description, config.Seed)
		}
		graphsim.New(config)
	}
	for _, name := range []string{"", "none", "storm.yaml", "../scenario", "storm/../storm"} {
		if _, ok := graphsim.NamedScenario(name); ok {
			t.Errorf("there is a scenario %q", name)
		}
	}
}

// base has something in every kind of field.
func base() graphsim.Config {
	return graphsim.Config{
		AccessTokens: []string{"t"}, KeepLog: true, Description: "base", Seed: 3, Latency: time.Second,
		WriteQuota: graphsim.Quota{Limit: 5, Window: time.Second}, RetryAfter: graphsim.RetryAfterDate, ResetOnEarlyRetry: true,
		Clients: []login.Client{{ID: "one", Secret: "s"}}, Permissions: []string{"User.Read.All"},
		SignedIn: graphsim.SignedIn{User: "admin@example.com", Role: graphsim.GlobalReader, Polls: 2}, SMSSignIn: directory.NotEnabled,
		RefusedNumbers: []string{"+1 2065550123"},
		Users:          []graphsim.UserRule{{Match: regexp.MustCompile("^a"), Fault: graphsim.Missing}},
		Faults:         []graphsim.Fault{{Path: regexp.MustCompile("x"), Status: 503, Headers: map[string]string{"a": "b"}}},
		Assumed: graphsim.Assumed{
			Duplicate: graphsim.ErrorAnswer{Status: 409, Code: "conflict"}, Location: true, StaleReads: 2,
			NumberPattern: regexp.MustCompile("^[+]1"), AdvancedProperties: []string{"mail"},
		},
	}
}

func TestScenarioChangesOnlyWhatItSays(t *testing.T) {
	tests := []struct {
		text   string
		change func(*graphsim.Config)
	}{
		{"{}", func(*graphsim.Config) {}},
		{"seed:", func(*graphsim.Config) {}},
		{"assumed: {numberPattern: }", func(*graphsim.Config) {}},
		{"seed: 4", func(c *graphsim.Config) { c.Seed = 4 }},
		{"seed: 0", func(c *graphsim.Config) { c.Seed = 0 }},
		{"resetOnEarlyRetry: false", func(c *graphsim.Config) { c.ResetOnEarlyRetry = false }},
		{"writeQuota: unlimited", func(c *graphsim.Config) { c.WriteQuota = graphsim.Quota{} }},
		{"signedIn: {polls: 0}", func(c *graphsim.Config) { c.SignedIn.Polls = 0 }},
		{"clients: [{id: two}]", func(c *graphsim.Config) { c.Clients = []login.Client{{ID: "two"}} }},
		{"permissions: []", func(c *graphsim.Config) { c.Permissions = []string{} }},
		{"refusedNumbers: []", func(c *graphsim.Config) { c.RefusedNumbers = []string{} }},
		{"assumed: {duplicate: {code: taken}}", func(c *graphsim.Config) { c.Assumed.Duplicate.Code = "taken" }},
		{"assumed: {numberPattern: ^.4}", func(c *graphsim.Config) { c.Assumed.NumberPattern = regexp.MustCompile("^.4") }},
		{"assumed: {advancedProperties: [id, mail]}", func(c *graphsim.Config) { c.Assumed.AdvancedProperties = []string{"id", "mail"} }},
		{"users: [{match: b, missingFor: 1}]", func(c *graphsim.Config) {
			c.Users = append([]graphsim.UserRule{{Match: regexp.MustCompile("b"), MissingFor: 1}}, c.Users...)
		}},
		{"faults: [{headers: {c: d}}]", func(c *graphsim.Config) {
			c.Faults = append([]graphsim.Fault{{Headers: map[string]string{"c": "d"}}}, c.Faults...)
		}},
		{`{"latency": "150ms", "retryAfter": "none", "smsSignIn": "notConfigured"}`, func(c *graphsim.Config) {
			c.Latency, c.RetryAfter, c.SMSSignIn = 150*time.Millisecond, graphsim.RetryAfterNone, directory.NotConfigured
		}},
	}
	for _, test := range tests {
		config, want, other := base(), base(), base()
		other.Assumed.NumberPattern = config.Assumed.NumberPattern // Configs share what they point to
		other.Clients, other.Permissions = config.Clients, config.Permissions
		if err := graphsim.ReadScenario(strings.NewReader(test.text), &config); err != nil {
			t.Errorf("%s: %v", test.text, err)
		}
		test.change(&want)
		if diff := cmp.Diff(want, config, comparing); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
		if diff := cmp.Diff(base(), other, comparing); diff != "" {
			t.Errorf("%s changes another Config (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestScenarioInJSON(t *testing.T) {
	const text = `{
	"seed": 18446744073709551615,
	"users": [{"match": "^a\u0040", "share": 0.5, "fault": "lost-answer"}],
	"faults": [{"path": "/\\$batch", "status": 502, "body": "<p>\n\"x\"</p>", "applied": true}]
}`
	want := graphsim.Config{
		Seed:   1<<64 - 1,
		Users:  []graphsim.UserRule{{Match: regexp.MustCompile("^a@"), Share: 0.5, Fault: graphsim.LostAnswer}},
		Faults: []graphsim.Fault{{Path: regexp.MustCompile(`/\$batch`), Status: 502, Body: "<p>\n\"x\"</p>", Applied: true}},
	}
	if diff := cmp.Diff(want, scenario(t, text), comparing); diff != "" {
		t.Errorf("in JSON (-want +got):\n%s", diff)
	}
}

func TestScenarioProblems(t *testing.T) {
	tests := []struct{ text, want string }{
		// Unknown keys, at each level.
		{"seed: 1\nspeed: 2", "line 2: unknown key speed; known here are assumed, clients, description, faults, "},
		{"accessTokens: []", "line 1: unknown key accessTokens; "},
		{"faults:\n- status: 503\n  statsu: 1", "line 3: unknown key statsu; known here are after, answer, applied, batchAnswer, "},
		{"users:\n- {fault: missing,\n   mach: a}", "line 3: unknown key mach; known here are defaultMethod, fault, match, missingFor, share"},
		{"signedIn:\n  usr: x", "line 2: unknown key usr; known here are polls, role, user"},
		{"clients:\n- idd: x", "line 2: unknown key idd; known here are id, permissions, secret"},
		{"assumed:\n  location: true\n  mask: true", "line 3: unknown key mask; known here are adminsProtected, advancedProperties, "},
		{"assumed:\n  clash:\n    text: a", "line 3: unknown key text; known here are code, message, status"},
		{"\"two words\": 1", "line 1: unknown key two words; "},
		{"\"a\\nb\": 1", `line 1: unknown key a\nb; `},
		{"Seed: 1", "line 1: unknown key Seed; "},
		{"<<: {seed: 1}", "line 1: unknown key <<; "},
		{"? [a]\n: 1", "line 1: the scenario has a key that is not a word"},
		{"seed: 1\nseed: 2", "line 2: key seed stands there twice"},
		{"faults:\n- headers:\n    a: b\n    a: c", "line 4: key a stands there twice"},
		// Values of another type.
		{"- seed", "line 1: the scenario is not a set of keys with values"},
		{"hello", "line 1: the scenario is not a set of keys with values"},
		{"\nseed: many", "line 2: seed is not a whole number in range: \"many\""},
		{"seed: -1", "line 1: seed is not a whole number in range: \"-1\""},
		{"seed: 99999999999999999999", "line 1: seed is not a whole number"},
		{"latency: 100", "line 1: latency is not a time with its unit, as in 150ms or 1m30s: \"100\""},
		{"latency: soon", "line 1: latency is not a time"},
		{"latency: [1s]", "line 1: latency is not a single value"},
		{"resetOnEarlyRetry: maybe", "line 1: resetOnEarlyRetry is not true or false: \"maybe\""},
		{"users:\n- {share: half}", "line 2: users.1.share is not a number: \"half\""},
		{"users: {match: a}", "line 1: users is not a list"},
		{"users: [missing]", "line 1: users.1 is not a set of keys with values"},
		{"faults:\n- status: 503\n- status: 4xx", "line 3: faults.2.status is not a whole number in range: \"4xx\""},
		{"faults: [{status: 503.5}]", "line 1: faults.1.status is not a whole number"},
		{"faults: [{status: 503, count: 1.5}]", "line 1: faults.1.count is not a whole number"},
		{"faults: [{status: 99999999999}]", "line 1: faults.1.status is not"},
		{"faults:\n- headers: [a]", "line 2: faults.1.headers is not a set of keys with values"},
		{"faults:\n- headers: {a: [b]}", "line 2: faults.1.headers.a is not a single value"},
		{"description: [a]", "line 1: description is not a single value"},
		{"description: !!binary aGVsbG8=", "line 1: description is not a single value"},
		{"description: !mine a", "line 1: description is not a single value"},
		{"assumed: true", "line 1: assumed is not a set of keys with values"},
		// Values that are read from text.
		{"seed: 1\nwriteQuota: fast", "line 2: writeQuota does not fit: quota \"fast\" is not of the form LIMIT/WINDOW"},
		{"reportQuota: {limit: 1}", "line 1: reportQuota is not a single value"},
		{"retryAfter: later", "line 1: retryAfter does not fit: \"later\" is not one of seconds, fraction, date, none"},
		{"smsSignIn: yes", "line 1: smsSignIn does not fit: smsSignInState is not one of ready, "},
		{"users:\n- fault: missing\n- match: (", "line 3: users.2.match does not fit: error parsing regexp"},
		{"faults:\n- path: '*'", "line 2: faults.1.path does not fit: error parsing regexp"},
		// Values that make no sense.
		{"latency: -1s", "line 1: latency is not between 0 and 24h"},
		{"latencyJitter: -1s", "line 1: latencyJitter is not between 0 and 24h"},
		{"tokenLifetime: -1s", "line 1: tokenLifetime is not between 0 and 24h"},
		{"signedIn:\n  polls: -1", "line 2: signedIn.polls is negative"},
		{"signedIn:\n  role: king", "line 2: signedIn.role is not one of authentication-administrator, "},
		{"clients: [{secret: s}]", "line 1: clients.1 has no id"},
		{"users:\n- match: a", "line 2: users.1 says nothing: give it a fault, missingFor or defaultMethod"},
		{"users: [~]", "line 1: users.1 is empty"},
		{"users: [{fault: sick}]", "line 1: users.1.fault is not one of missing, protected, lost-answer, refused-number, b2c"},
		{"users: [{defaultMethod: fax}]", "line 1: users.1.defaultMethod is not one of mobile, alternateMobile, office"},
		{"users: [{missingFor: -1}]", "line 1: users.1.missingFor is negative"},
		{"users: [{fault: missing, share: 1.1}]", "line 1: users.1.share is not between 0 and 1"},
		{"users: [{fault: missing, share: .nan}]", "line 1: users.1.share is not between 0 and 1"},
		{"faults: [{answer: policy-504}]", "line 1: faults.1.answer is not the name of an answer; like it are edge-504, policy-405, "},
		{"faults: [{answer: nonsense}]", "line 1: faults.1.answer is not the name of an answer; samples/scenario.yaml lists them"},
		{"faults:\n- answer: policy-405\n  status: 405", "line 2: faults.1.answer says status, code, message and body already: leave them out"},
		{"faults: [{}]", "line 1: faults.1 nothing goes wrong: give it an answer, status, "},
		{"faults: [{status: 503, probability: .nan}]", "line 1: faults.1.probability is not between 0 and 1"},
		{"faults: [{status: 503, probability: -0.1}]", "line 1: faults.1.probability is not between 0 and 1"},
		{"faults: [{status: 99}]", "line 1: faults.1.status is not between 100 and 999"},
		{"faults: [{drop: never}]", "line 1: faults.1.drop is neither before nor after"},
		{"faults: [{batchAnswer: late}]", "line 1: faults.1.batchAnswer is not one of missing, doubled, unknown, base64, swapped"},
		{"faults: [{errorShape: round}]", "line 1: faults.1.errorShape is not one of innererror, "},
		{"faults: [{status: 503, after: -1}]", "line 1: faults.1.after is negative"},
		{"faults: [{status: 503, count: -1}]", "line 1: faults.1.count is negative"},
		{"faults: [{truncate: -1}]", "line 1: faults.1.truncate is negative"},
		{"faults: [{latency: -1s}]", "line 1: faults.1.latency is not between 0 and 24h"},
		{"faults: [{latency: 1s, applied: true}]", "line 1: faults.1.applied needs a status or a body"},
		{"faults: [{latency: 1s, code: a}]", "line 1: faults.1.code needs a status"},
		{"faults: [{latency: 1s, message: a}]", "line 1: faults.1.message needs a status"},
		{"faults: [{status: 503, contentType: a}]", "line 1: faults.1.contentType needs a body"},
		{"assumed:\n  clash:\n    status: 200", "line 3: assumed.clash.status is not between 400 and 599"},
		{"assumed: {clashes: loud}", "line 1: assumed.clashes is neither ignored nor refused"},
		{"assumed: {phoneQueryOptions: all}", "line 1: assumed.phoneQueryOptions is neither honoured nor refused"},
		{"assumed: {batchThrottled: 500}", "line 1: assumed.batchThrottled is not one of 200, 424, 429"},
		{"assumed: {staleReads: -1}", "line 1: assumed.staleReads is negative"},
		{"assumed: {readLag: -1s}", "line 1: assumed.readLag is not between 0 and 24h"},
		{"assumed: {readLag: 5}", "line 1: assumed.readLag is not a time with its unit"},
		{"assumed: {readFlicker: 0.5}", "line 1: assumed.readFlicker is not true or false"},
		{"assumed: {getByIdsLimit: -1}", "line 1: assumed.getByIdsLimit is negative"},
		{"assumed: {bodyLimit: -1}", "line 1: assumed.bodyLimit is negative"},
		{"faults: [{status: 503, method: PSOT}]", "line 1: faults.1.method is not one of GET, POST"},
		{"faults: [{status: 503, path: ^/v1.0/users}]", "line 1: faults.1.path is compared with what stands below the version"},
		{"faults: [{status: 503, probability: 0}]", "line 1: faults.1.probability is 0, which would be never"},
		{"users:\n- {fault: b2c, share: 0.0}", "line 2: users.1.share is 0, which would be never"},
		{"permissions: [User.Read.Al]", "line 1: permissions.1 is not one of AuditLog.Read.All, "},
		{"refusedNumbers: [home]", "line 1: refusedNumbers.1 is not of the form +{country code} {number}"},
		{"assumed: {advancedProperties: [shoeSize]}", "line 1: assumed.advancedProperties.1 is no property of a user"},
		{"latency: 25h", "line 1: latency is not between 0 and 24h"},
		// What is no scenario at all.
		{"", "it is empty"},
		{"# nothing\n", "it is empty"},
		{"---\n", "it is empty"},
		{"null", "it is empty"},
		{"seed: 1\n---\nseed: 2", "line 2: there is a second document"},
		{"seed: 1\n---\n", "there is a second document"},
		{"seed: [1", "line 1: did not find expected"},
		{"seed: 1\n\tx", "line 2: "},
		{"a\x00b", "control characters"},
		{"{\"seed\": 1} x", "did not find expected"},
	}
	for _, test := range tests {
		config := base()
		err := graphsim.ReadScenario(strings.NewReader(test.text), &config)
		if err == nil || !strings.HasPrefix(err.Error(), "reading scenario: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.text, err, test.want)
			continue
		}
		if problem := unfit(err, test.text); problem != "" {
			t.Errorf("%q: error %q: %s", test.text, err, problem)
		}
		if diff := cmp.Diff(base(), config, comparing); diff != "" {
			t.Errorf("%q is refused and changes the Config (-want +got):\n%s", test.text, diff)
		}
	}
}

// unfit says what of an error about a scenario is not for a person.
func unfit(err error, scenario string) string {
	text := err.Error()
	for _, word := range []string{"yaml:", "graphsim", "login.", "time.Duration", "uint64", "regexp.Regexp", "!!", "unmarshal", "goroutine"} {
		if strings.Contains(text, word) && !strings.Contains(scenario, word) {
			return "it speaks of " + word
		}
	}
	if len(text) > 1500 || strings.ContainsAny(text, "\n\r\x00") {
		return "it is not one line of a bearable length"
	}
	return ""
}

// TestScenarioBombs: what is made to take long is refused at once.
func TestScenarioBombs(t *testing.T) {
	t.Parallel()
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		laughs += fmt.Sprintf("%c: &%[1]c [%s*%c]\n", c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
	}
	fault := "{headers: {a: &h {b: c}}, path: &p x}"
	many := func(text string, n int) string { return strings.Repeat(text, n) }
	var headers strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&headers, "k%d: v, ", i)
	}
	tests := []struct{ name, text, want string }{
		{"a billion laughs", laughs, "unknown key a"},
		{"an alias", "faults:\n- &f {status: 503}\n- *f", "line 3: faults.2 is an alias (*f), which is not taken here"},
		{"an alias of itself", "faults: &f [*f]", "is an alias"},
		{"an alias without an anchor", "faults: *f", "unknown anchor"},
		{"nothing but aliases", "faults: [" + fault + many(", {path: *p}", 1_000) + "]", "not a single value"},
		{"one byte too many", "description: " + many("x", 1<<18), "larger than 262144 bytes"},
		{"deep lists", many("[", 11_000), "exceeded max depth"},
		{"deep maps", many("{a: ", 11_000), "exceeded max depth"},
		{"deep blocks", many("- ", 11_000), "exceeded max depth"},
		{"many headers", "faults:\n- headers: {" + headers.String() + "}", "line 2: faults.1.headers has more than 100 keys"},
		{"many unknown keys", "{" + headers.String() + "}", "unknown key k0"},
		{"a large regular expression", "users: [{match: '((((a{100}){100}){100}){100}){100}'}]", "does not fit"},
		{"a deep regular expression", "users: [{match: '" + many("(", 5_000) + many(")", 5_000) + "'}]", "does not fit"},
		{"a long value", "writeQuota: " + many("9", 60_000), "writeQuota does not fit"},
		{"a long key", many("k", 1000) + ": 1", "unknown key kkk"},
	}
	for _, test := range tests {
		start := time.Now()
		var config graphsim.Config
		err := graphsim.ReadScenario(strings.NewReader(test.text), &config)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %.300v, want %q", test.name, err, test.want)
		} else if problem := unfit(err, test.text); problem != "" {
			t.Errorf("%s: error %.300v: %s", test.name, err, problem)
		}
		if took := time.Since(start); took > 5*time.Second { // under the race detector; half a second is usual
			t.Errorf("%s took %v", test.name, took)
		} else if testing.Verbose() {
			t.Logf("%s took %v", test.name, took)
		}
	}
	endless := io.MultiReader(strings.NewReader("description: "), zeros{})
	if err := graphsim.ReadScenario(endless, new(graphsim.Config)); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("without an end: %v", err)
	}
}

// zeros is text without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// FuzzReadScenario: nothing panics, errors are for a person and change
// nothing, and what is taken can be simulated.
func FuzzReadScenario(f *testing.F) {
	for _, name := range graphsim.ScenarioNames() {
		file, _ := graphsim.NamedScenario(name)
		text, err := io.ReadAll(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("users: [{share: .5, fault: b2c}]\nassumed: {numberPattern: a, clash: {status: 409}}")
	f.Add("faults: &f [*f]\n<<: *f")
	f.Add("{\"clients\": [{\"id\": \"a\"}], \"signedIn\": {\"role\": \"global-reader\"}}")
	f.Add("seed: !!binary a\n? {}\n: ~\n---\n...")
	f.Fuzz(func(t *testing.T, text string) {
		config := base()
		if err := graphsim.ReadScenario(strings.NewReader(text), &config); err != nil {
			if problem := unfit(err, text); problem != "" {
				t.Errorf("%q: error %q: %s", text, err, problem)
			}
			if diff := cmp.Diff(base(), config, comparing); diff != "" {
				t.Errorf("%q is refused and changes the Config (-want +got):\n%s", text, diff)
			}
			return
		}
		config.Latency, config.LatencyJitter, config.Faults = 0, 0, nil
		s := newSim(config)
		if got := create(t, s, bob, "mobile", "+1 2065550100"); got.status == 500 {
			t.Errorf("%q: a create answers %s", text, got.body)
		}
	})
}
