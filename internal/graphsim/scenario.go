package graphsim

import (
	"bytes"
	"cmp"
	"embed"
	"encoding"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// maxScenario is far above what a person would write. It is in bytes. A larger
// one is refused before it is parsed.
const maxScenario = 1 << 18

//go:embed scenarios/*.yaml
var named embed.FS

// ScenarioNames are the scenarios that come with the simulator, sorted.
func ScenarioNames() []string {
	names, err := fs.Glob(named, "scenarios/*.yaml")
	if err != nil {
		panic(fmt.Sprintf("graphsim: the embedded scenarios: %v", err)) // unreachable unless bug
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".yaml")
	}
	return names
}

// NamedScenario opens one of the scenarios that come with the simulator. It is
// false for a name that there is not. The caller closes it.
func NamedScenario(name string) (io.ReadCloser, bool) {
	file, err := named.Open("scenarios/" + name + ".yaml")
	return file, err == nil
}

// ReadScenario reads a scenario in YAML, of which JSON is a part, and changes in
// the Config what it says; all else stays, and its Users and Faults go before
// those that are there already. Aliases are refused. Errors name the line, and
// the Config is then as it was. A key or a value that it does not know is an
// error, for a fault with a misspelt key would never be played and every test
// would pass.
func ReadScenario(r io.Reader, config *Config) error {
	if err := readScenario(r, config); err != nil {
		return fmt.Errorf("reading scenario: %w", err)
	}
	return nil
}

// readScenario checks the tree first and decodes it then: an error must not
// leave half of a scenario behind.
func readScenario(r io.Reader, config *Config) error {
	root, err := parseScenario(r)
	if err != nil {
		return err
	}
	if err := fits(root, reflect.StructField{Type: reflect.TypeFor[Config]()}); err != nil {
		return err
	}
	// Lists of the scenario would else be decoded into those that are there.
	changed := *config
	changed.Users, changed.Faults = nil, nil
	changed.Assumed.NumberPattern = nil // or it would be changed in place
	changed.Groups = maps.Clone(config.Groups)
	if err := root.Decode(&changed); err != nil {
		return plain(err)
	}
	changed.Users = append(changed.Users, config.Users...)
	changed.Faults = append(changed.Faults, config.Faults...)
	changed.Assumed.NumberPattern = cmp.Or(changed.Assumed.NumberPattern, config.Assumed.NumberPattern)
	*config = changed
	return nil
}

// parseScenario takes one document that is not empty.
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

// fits refuses a value that does not fit a field, before the decoder would, with
// the names of our types and often without the line. at is the way from the root
// to the node, as errors name it.
func fits(node *yaml.Node, field reflect.StructField, at ...string) error {
	t := field.Type
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
		return misfit(node, at, wrongScalar(node, reflect.New(t), field.Tag))
	case t.Kind() == reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			return misfit(node, at, "is not a list")
		}
		for i, element := range node.Content {
			at := append(at, strconv.Itoa(i+1))
			if element.ShortTag() == "!!null" {
				return misfit(element, at, "is empty") // the decoder would leave it out
			}
			if err := fits(element, reflect.StructField{Type: t.Elem()}, at...); err != nil {
				return err
			}
		}
		return nil
	case node.Kind != yaml.MappingNode:
		return misfit(node, at, "is not a set of keys with values")
	}
	if err := keysFit(node, t, at); err != nil {
		return err
	}
	return makesSense(node, reflect.New(t).Interface(), at)
}

// keysFit checks the keys of a set and the values behind them.
func keysFit(node *yaml.Node, t reflect.Type, at []string) error {
	var known map[string]reflect.StructField
	if t.Kind() == reflect.Struct {
		known = keysOf(t)
	} else if len(node.Content)/2 > maxHeaders {
		return misfit(node, at, fmt.Sprintf("has more than %d keys", maxHeaders))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		field, isKnown := known[key.Value]
		name := strings.Trim(fmt.Sprintf("%.40q", key.Value), `"`)
		switch {
		case key.Kind != yaml.ScalarNode:
			return misfit(key, at, "has a key that is not a word")
		case seen[key.Value]:
			return fmt.Errorf("line %d: key %s stands there twice", key.Line, name)
		case known == nil:
			field.Type = t.Elem()
		case !isKnown:
			return fmt.Errorf("line %d: unknown key %s; known here are %s", key.Line, name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		seen[key.Value] = true
		if err := fits(node.Content[i+1], field, append(at, name)...); err != nil {
			return err
		}
	}
	return nil
}

// keysOf are the keys of a struct with their fields. The decoder takes a name
// in lower case where there is no tag.
func keysOf(t reflect.Type) map[string]reflect.StructField {
	keys := make(map[string]reflect.StructField, t.NumField())
	for _, f := range reflect.VisibleFields(t) {
		if key := cmp.Or(f.Tag.Get("yaml"), strings.ToLower(f.Name)); key != "-" {
			keys[key] = f
		}
	}
	return keys
}

// wrongScalar is what is wrong with a single value, and empty if it fits. The
// rules are in the tags "one" and "between" of the field.
func wrongScalar(node *yaml.Node, value reflect.Value, rules reflect.StructTag) string {
	tag := node.ShortTag()
	if node.Kind != yaml.ScalarNode || !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}, tag) {
		return "is not a single value"
	}
	if text, ok := value.Interface().(encoding.TextUnmarshaler); ok {
		if err := text.UnmarshalText([]byte(node.Value)); err != nil {
			return fmt.Sprintf("does not fit: %.200s", err)
		}
		return ""
	}
	err, v := node.Decode(value.Interface()), value.Elem()
	rounded := tag == "!!float" && v.Kind() != reflect.Float64 && v.Kind() != reflect.String
	if err != nil || rounded {
		return fmt.Sprintf("is not %s: %.40q", wanted(v.Type()), node.Value)
	}
	return outOfBounds(v, rules)
}

// outOfBounds compares a value with the rules in the tag of its field, and with
// what any value of its type must be. A share or a probability of 0 is refused,
// because it means all in a Fault and reads like none.
func outOfBounds(v reflect.Value, rules reflect.StructTag) string {
	var low, high int64
	words := strings.Fields(rules.Get("one"))
	_, err := fmt.Sscan(rules.Get("between"), &low, &high)
	switch {
	case v.Kind() == reflect.Float64 && v.Float() == 0:
		return "is 0, which would be never: leave the whole entry out"
	case v.Kind() == reflect.Float64 && !(v.Float() >= 0 && v.Float() <= 1): // nor .nan
		return "is not between 0 and 1"
	case v.IsZero():
		return ""
	case len(words) > 0 && slices.Contains(words, fmt.Sprint(v)):
		return ""
	case len(words) == 2:
		return "is neither " + words[0] + " nor " + words[1]
	case len(words) > 0:
		return "is not one of " + strings.Join(words, ", ")
	case err == nil && (v.Int() < low || v.Int() > high):
		return fmt.Sprintf("is not between %d and %d", low, high)
	case v.Type() == reflect.TypeFor[time.Duration]() && (v.Int() < 0 || v.Int() > int64(longest)):
		return "is not between 0 and 24h"
	case v.CanInt() && v.Int() < 0:
		return "is negative"
	}
	return ""
}

// makesSense asks a type with rules beyond those of its fields for a problem,
// and with which key: numbers in it are places in lists. The type has a method
// problem; both results are empty where all is well.
func makesSense(node *yaml.Node, value any, at []string) error {
	whole, ok := value.(interface{ problem() (key, message string) })
	if !ok {
		return nil
	}
	if err := node.Decode(value); err != nil {
		return plain(err)
	}
	key, message := whole.problem()
	for step := range strings.FieldsFuncSeq(key, func(r rune) bool { return r == '.' }) {
		node, at = child(node, step), append(at, step)
	}
	return misfit(node, at, message)
}

// child finds the value of a key, or an element by its number. It is the node
// itself where there is no such child.
func child(node *yaml.Node, step string) *yaml.Node {
	for i, c := range node.Content {
		if node.Kind == yaml.SequenceNode && strconv.Itoa(i+1) == step ||
			node.Kind == yaml.MappingNode && i%2 == 1 && node.Content[i-1].Value == step {
			return c
		}
	}
	return node
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

// misfit names the line and the key, and is nil if nothing is wrong.
func misfit(node *yaml.Node, at []string, what string) error {
	if what == "" {
		return nil
	}
	return fmt.Errorf("line %d: %s %s", node.Line, cmp.Or(strings.Join(at, "."), "the scenario"), what)
}

// problem finds what makes no sense although each value does.
func (c *Config) problem() (key, message string) {
	for i, client := range c.Clients {
		if client.ID == "" {
			return fmt.Sprintf("clients.%d", i+1), "has no id"
		}
	}
	for i, name := range c.Permissions {
		if !slices.Contains(knownPermissions(), name) {
			return fmt.Sprintf("permissions.%d", i+1), "is not one of " + strings.Join(knownPermissions(), ", ")
		}
	}
	for i, number := range c.RefusedNumbers {
		if _, ok := directory.Number(oneBlank(strings.Join(strings.Fields(number), " "))); !ok {
			return fmt.Sprintf("refusedNumbers.%d", i+1), "is not of the form +{country code} {number}"
		}
	}
	for i, name := range c.Assumed.AdvancedProperties {
		if _, _, known := userSchema.Find(name); !known {
			return fmt.Sprintf("assumed.advancedProperties.%d", i+1), "is no property of a user that the simulator has"
		}
	}
	return "", ""
}

// longest is how long anything here may last.
const longest = 24 * time.Hour

// problem finds a rule that would change nothing.
func (r *UserRule) problem() (key, message string) {
	if r.Fault == NoFault && r.MissingFor == 0 && r.DefaultMethod == "" {
		return "", "says nothing: give it a fault, missingFor or defaultMethod"
	}
	return "", ""
}
