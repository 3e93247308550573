package graphsim

import (
	"bytes"
	"cmp"
	"embed"
	"encoding"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"entraphone/internal/graphsim/directory"
)

// maxScenario is far above what a person would write.
const maxScenario = 1 << 18

//go:embed scenarios/*.yaml
var named embed.FS

// ScenarioNames are the scenarios that come with the simulator, sorted.
func ScenarioNames() []string {
	entries, err := named.ReadDir("scenarios")
	if err != nil {
		panic(fmt.Sprintf("graphsim: the embedded scenarios: %v", err)) // unreachable unless bug
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return names
}

// NamedScenario opens one of the scenarios that come with the simulator. It is
// false for a name that there is not.
func NamedScenario(name string) (io.ReadCloser, bool) {
	if !slices.Contains(ScenarioNames(), name) {
		return nil, false
	}
	file, err := named.Open(path.Join("scenarios", name+".yaml"))
	return file, err == nil
}

// ReadScenario reads a scenario in YAML, of which JSON is a part, and changes
// in the Config what it says; all else stays, and its Users and Faults go
// before those that are there already. Aliases are refused. Errors name the
// line, and the Config is then as it was.
func ReadScenario(r io.Reader, config *Config) error {
	if err := readScenario(r, config); err != nil {
		return fmt.Errorf("reading scenario: %w", err)
	}
	return nil
}

func readScenario(r io.Reader, config *Config) error {
	root, err := parseScenario(r)
	if err != nil {
		return err
	}
	if err := fits(root, reflect.TypeFor[Config]()); err != nil {
		return err
	}
	changed := *config
	changed.Users, changed.Faults = nil, nil
	changed.Assumed.NumberPattern = nil // or it would be changed in place
	if err := root.Decode(&changed); err != nil {
		return plain(err)
	}
	if at, problem := changed.problem(); problem != "" {
		return fmt.Errorf("line %d: %s %s", lineOf(root, at), strings.Join(at, "."), problem)
	}
	changed.Users = append(changed.Users, config.Users...)
	changed.Faults = append(changed.Faults, config.Faults...)
	changed.Assumed.NumberPattern = cmp.Or(changed.Assumed.NumberPattern, config.Assumed.NumberPattern)
	*config = changed
	return nil
}

func parseScenario(r io.Reader) (*yaml.Node, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxScenario+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxScenario {
		return nil, fmt.Errorf("it is larger than %d bytes", maxScenario)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, another yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF), err == nil && (len(document.Content) == 0 || document.Content[0].ShortTag() == "!!null"):
		return nil, errors.New("it is empty")
	case err != nil:
		return nil, plain(err)
	}
	if err := decoder.Decode(&another); err == nil {
		return nil, fmt.Errorf("line %d: there is a second document", another.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, plain(err)
	}
	return document.Content[0], nil
}

// plain is an error of the decoder in our style.
func plain(err error) error {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		return errors.New(wrong.Errors[0])
	}
	return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
}

// maxHeaders bounds the keys of a map, which the decoder compares each with
// each.
const maxHeaders = 100

// fits says what of a value does not fit a type, and where, before the decoder
// would say so with the names of our types and often without the line.
func fits(node *yaml.Node, t reflect.Type, at ...string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	_, isText := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	switch {
	case node.Kind == yaml.AliasNode:
		return misfit(node, at, "is an alias (*"+node.Value+"), which is not taken here")
	case node.ShortTag() == "!!null":
		return nil
	case isText || t.Kind() != reflect.Struct && t.Kind() != reflect.Map && t.Kind() != reflect.Slice:
		return scalarFits(node, t, at)
	case t.Kind() == reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			return misfit(node, at, "is not a list")
		}
		for i, element := range node.Content {
			at := append(at, strconv.Itoa(i+1))
			if element.ShortTag() == "!!null" {
				return misfit(element, at, "is empty") // the decoder would leave it out
			}
			if err := fits(element, t.Elem(), at...); err != nil {
				return err
			}
		}
		return nil
	case node.Kind != yaml.MappingNode:
		return misfit(node, at, "is not a set of keys with values")
	}
	return keysFit(node, t, at)
}

func keysFit(node *yaml.Node, t reflect.Type, at []string) error {
	if t.Kind() == reflect.Map && len(node.Content)/2 > maxHeaders {
		return misfit(node, at, fmt.Sprintf("has more than %d keys", maxHeaders))
	}
	var known map[string]reflect.Type
	if t.Kind() == reflect.Struct {
		known = keysOf(t)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		valueType := known[key.Value]
		name := strings.Trim(fmt.Sprintf("%.40q", key.Value), `"`)
		switch {
		case key.Kind != yaml.ScalarNode:
			return misfit(key, at, "has a key that is not a word")
		case seen[key.Value]:
			return fmt.Errorf("line %d: key %s stands there twice", key.Line, name)
		case t.Kind() == reflect.Map:
			valueType = t.Elem()
		case valueType == nil:
			return fmt.Errorf("line %d: unknown key %s; known here are %s", key.Line, name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		seen[key.Value] = true
		if err := fits(node.Content[i+1], valueType, append(at, name)...); err != nil {
			return err
		}
	}
	return nil
}

// keysOf are the keys of a struct with the types of their values. The decoder
// takes a name in lower case where there is no tag.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := make(map[string]reflect.Type, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		if key := cmp.Or(f.Tag.Get("yaml"), strings.ToLower(f.Name)); key != "-" {
			keys[key] = f.Type
		}
	}
	return keys
}

func scalarFits(node *yaml.Node, t reflect.Type, at []string) error {
	tag, value := node.ShortTag(), reflect.New(t).Interface()
	if node.Kind != yaml.ScalarNode || !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}, tag) {
		return misfit(node, at, "is not a single value")
	}
	if text, ok := value.(encoding.TextUnmarshaler); ok {
		if err := text.UnmarshalText([]byte(node.Value)); err != nil {
			return misfit(node, at, fmt.Sprintf("does not fit: %.200s", err))
		}
		return nil
	}
	err := node.Decode(value)
	if part, is := value.(*float64); is && err == nil && *part == 0 {
		return misfit(node, at, "is 0, which would be never: leave the whole entry out")
	}
	rounded := tag == "!!float" && t.Kind() != reflect.Float64 && t.Kind() != reflect.String
	if err == nil && !rounded {
		return nil
	}
	return misfit(node, at, fmt.Sprintf("is not %s: %.40q", wanted(t), node.Value))
}

// wanted is what a value of a type must be, in words.
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a time with its unit, as in 150ms or 1m30s"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number in range"
}

func misfit(node *yaml.Node, at []string, what string) error {
	where := strings.Join(at, ".")
	if where == "" {
		where = "the scenario"
	}
	return fmt.Errorf("line %d: %s %s", node.Line, where, what)
}

// problem names what is wrong with a value, and where: keys, and numbers in
// lists.
func (c *Config) problem() (at []string, problem string) {
	for i := range c.Faults {
		if key, problem := c.Faults[i].problem(); problem != "" {
			return withKey("faults", i, key), problem
		}
	}
	for i := range c.Users {
		if key, problem := c.Users[i].problem(); problem != "" {
			return withKey("users", i, key), problem
		}
	}
	for i, client := range c.Clients {
		if client.ID == "" {
			return withKey("clients", i, ""), "has no id"
		}
	}
	answers := reflect.ValueOf(c.Assumed)
	for i := range answers.NumField() {
		if e, ok := answers.Field(i).Interface().(ErrorAnswer); ok && e.Status != 0 && (e.Status < 400 || e.Status > 599) {
			return []string{"assumed", answers.Type().Field(i).Tag.Get("yaml"), "status"}, "is not between 400 and 599"
		}
	}
	for i, name := range c.Permissions {
		if !slices.Contains(knownPermissions(), name) {
			return withKey("permissions", i, ""), "is not one of " + strings.Join(knownPermissions(), ", ")
		}
	}
	for i, number := range c.RefusedNumbers {
		if _, ok := directory.Number(oneBlank(number)); !ok {
			return withKey("refusedNumbers", i, ""), "is not of the form +{country code} {number}"
		}
	}
	for i, name := range c.Assumed.AdvancedProperties {
		canonical, _, known := userSchema.Find(name)
		if !known {
			return []string{"assumed", "advancedProperties", fmt.Sprint(i + 1)}, "is no property of a user that the simulator has"
		}
		c.Assumed.AdvancedProperties[i] = canonical
	}
	switch {
	case c.Latency < 0 || c.Latency > longest:
		return []string{"latency"}, "is not between 0 and 24h"
	case c.LatencyJitter < 0 || c.LatencyJitter > longest:
		return []string{"latencyJitter"}, "is not between 0 and 24h"
	case c.TokenLifetime < 0 || c.TokenLifetime > longest:
		return []string{"tokenLifetime"}, "is not between 0 and 24h"
	case c.SignedIn.Polls < 0:
		return []string{"signedIn", "polls"}, "is negative"
	case !oneOf(c.SignedIn.Role, AuthenticationAdministrator, PrivilegedAuthenticationAdministrator, GlobalReader):
		return []string{"signedIn", "role"}, "is not one of authentication-administrator, privileged-authentication-administrator, global-reader"
	case !oneOf(c.Assumed.PhoneQueryOptions, OptionsHonoured, OptionsRefused):
		return []string{"assumed", "phoneQueryOptions"}, "is neither honoured nor refused"
	case !oneOf(c.Assumed.Clashes, ClashIgnored, ClashRefused):
		return []string{"assumed", "clashes"}, "is neither ignored nor refused"
	case !oneOf(c.Assumed.BatchThrottled, 200, 424, 429):
		return []string{"assumed", "batchThrottled"}, "is not one of 200, 424, 429"
	case c.Assumed.StaleReads < 0:
		return []string{"assumed", "staleReads"}, "is negative"
	case c.Assumed.GetByIDsLimit < 0:
		return []string{"assumed", "getByIdsLimit"}, "is negative"
	case c.Assumed.BodyLimit < 0:
		return []string{"assumed", "bodyLimit"}, "is negative"
	}
	return nil, ""
}

// longest is how long anything here may last.
const longest = 24 * time.Hour

// oneBlank leaves the first blank of a number, as RefusedNumbers takes any.
func oneBlank(number string) string {
	code, rest, found := strings.Cut(strings.TrimSpace(number), " ")
	if !found {
		return code
	}
	return code + " " + anyBlank.ReplaceAllString(rest, "")
}

func (r *UserRule) problem() (key, message string) {
	_, known := phoneTypeOf(func(name, _ string) bool { return name == r.DefaultMethod })
	switch {
	case !(r.Share >= 0 && r.Share <= 1): // nor .nan
		return "share", "is not between 0 and 1"
	case r.MissingFor < 0:
		return "missingFor", "is negative"
	case r.DefaultMethod != "" && !known:
		return "defaultMethod", "is not one of mobile, alternateMobile, office"
	case r.Fault != NoFault && !slices.Contains(UserFaults(), string(r.Fault)):
		return "fault", "is not one of " + strings.Join(UserFaults(), ", ")
	case r.Fault == NoFault && r.MissingFor == 0 && r.DefaultMethod == "":
		return "", "says nothing: give it a fault, missingFor or defaultMethod"
	}
	return "", ""
}

func withKey(list string, index int, key string) []string {
	at := []string{list, fmt.Sprint(index + 1)}
	if key != "" {
		at = append(at, key)
	}
	return at
}

// lineOf finds where a value stands, or the nearest thing around it.
func lineOf(node *yaml.Node, at []string) int {
	line := node.Line
	for _, step := range at {
		var next *yaml.Node
		for i, child := range node.Content {
			switch {
			case node.Kind == yaml.SequenceNode && fmt.Sprint(i+1) == step,
				node.Kind == yaml.MappingNode && i%2 == 1 && node.Content[i-1].Value == step:
				next = child
			}
		}
		if next == nil {
			break
		}
		node, line = next, next.Line
	}
	return line
}
