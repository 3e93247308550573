package graphsim_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"pgregory.net/rapid"
)

var stored = regexp.MustCompile(`^\+[1-9][0-9]{0,2} [0-9]{4,14}(x[0-9]{1,10})?$`)

// TestPhonesThatStandAreAllowed: whatever is sent and whatever fault is
// played, no phone stands that Graph's rules forbid, and every answer of
// success is true: what was created or updated stands with its number, what
// was deleted does not, and nothing else changes.
func TestPhonesThatStandAreAllowed(t *testing.T) {
	t.Parallel()
	effects := []graphsim.Fault{
		{Status: 503}, {Status: 504, Applied: true}, {Drop: graphsim.DropBefore}, {Drop: graphsim.DropAfter},
		{Truncate: 5}, {BatchAnswer: graphsim.Missed},
	}
	rapid.Check(t, func(t *rapid.T) {
		config := graphsim.Config{
			Seed: rapid.Uint64().Draw(t, "seed"), AccessTokens: []string{secret},
			Directory: people(
				directory.User{UserPrincipalName: alice},
				directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", AlternateMobile: "+1 2065550101", DefaultMethod: "alternateMobile"},
			),
			Assumed: graphsim.Assumed{
				Clashes:    rapid.SampledFrom([]graphsim.Clashes{graphsim.ClashShown, graphsim.ClashIgnored, graphsim.ClashRefused}).Draw(t, "clashes"),
				UpdateBody: rapid.Bool().Draw(t, "updateBody"),
			},
		}
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(effects), 0, 2).Draw(t, "faults") {
			f.Probability = 0.2
			config.Faults = append(config.Faults, f)
		}
		s := graphsim.New(config)
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			writes := rapid.SliceOfN(rapid.Custom(drawWrite), 1, 6).Draw(t, "writes")
			if err := checkWrites(s, writes); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// write is one call for a phone.
type write struct {
	method, user, phoneType, number string
	action                          string // behind the id
}

func drawWrite(t *rapid.T) write {
	w := write{
		method:    rapid.SampledFrom([]string{"POST", "POST", "PATCH", "PUT", "DELETE", "enableSmsSignIn", "disableSmsSignIn"}).Draw(t, "method"),
		user:      rapid.SampledFrom([]string{alice, bob}).Draw(t, "user"),
		phoneType: rapid.SampledFrom([]string{"mobile", "alternateMobile", "office"}).Draw(t, "type"),
		number:    rapid.SampledFrom([]string{"+1 2065550123", "+442079460012x3", "020 7946 0012", "+1 2065550100"}).Draw(t, "number"),
	}
	if strings.HasSuffix(w.method, "SignIn") {
		w.method, w.action = "POST", "/"+w.method
	}
	return w
}

var phoneIDs = map[string]string{"mobile": mobileID, "alternateMobile": alternateID, "office": officeID}

// place is where a phone stands or does not.
func (w write) place() string { return w.user + " " + w.phoneType }

func (w write) item(id string) string {
	path, body := phonePath(w.user, phoneIDs[w.phoneType])+w.action, phoneJSON(w.phoneType, w.number)
	if w.method == "POST" && w.action == "" {
		path = phonesPath(w.user)
	} else if w.action != "" {
		body = "{}"
	}
	return `{"id":"` + id + `","method":"` + w.method + `","url":"` + path + `","headers":{"Content-Type":"application/json"},"body":` + body + `}`
}

// leaves is the number that a write leaves behind if it is done.
func (w write) leaves(before string) string {
	switch {
	case w.action != "":
		return before
	case w.method == "DELETE":
		return ""
	}
	return strings.Replace(w.number, "+442079460012", "+44 2079460012", 1)
}

// checkWrites sends the writes as a $batch and says what is wrong with the
// phones that stand then. Writes to one place may have been done in any order,
// so that one of them must explain what stands there.
func checkWrites(s *graphsim.Simulator, writes []write) error {
	before := standing(s)
	var requests []string
	for i, w := range writes {
		requests = append(requests, w.item(strconv.Itoa(i)))
	}
	answers, err := post(s, batch(requests...))
	if err != nil {
		return err
	}
	after := standing(s)
	for _, user := range []string{alice, bob} {
		if after[user+" alternateMobile"] != "" && after[user+" mobile"] == "" {
			return fmt.Errorf("%s has an alternateMobile and no mobile", user)
		}
		for phoneType := range phoneIDs {
			place := user + " " + phoneType
			if number := after[place]; number != "" && !stored.MatchString(number) {
				return fmt.Errorf("the phone %s is %q", place, number)
			}
			if err := explain(place, before[place], after[place], writes, answers); err != nil {
				return err
			}
		}
	}
	if after[bob+" alternateMobile"] == "" {
		return fmt.Errorf("bob's default method is deleted")
	}
	return nil
}

// explain looks for writes that make of one number the other. Those answered
// with success have been done, those answered with a rule's refusal have not,
// and of the rest nobody knows.
func explain(place, before, after string, writes []write, answers map[string]int) error {
	possible := []string{}
	surely := false
	for i, w := range writes {
		status, known := answers[strconv.Itoa(i)]
		if w.place() != place || known && status >= 400 && status < 500 {
			continue
		}
		possible = append(possible, w.leaves(before))
		surely = surely || known && status < 300 && w.action == ""
	}
	if !surely {
		possible = append(possible, before)
	}
	if !slices.Contains(possible, after) {
		return fmt.Errorf("the phone %s was %q and is %q after %v, answered %v", place, before, after, writes, answers)
	}
	return nil
}

func standing(s *graphsim.Simulator) map[string]string {
	all := map[string]string{}
	for _, user := range []string{alice, bob} {
		for phoneType, number := range s.Phones(user) {
			all[user+" "+phoneType] = number
		}
	}
	return all
}

// post sends a $batch and gives the statuses by id. An answer that a fault
// spoiled gives none.
func post(s *graphsim.Simulator, body string) (map[string]int, error) {
	r, err := http.NewRequest("POST", host+"/v1.0/$batch", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", jsonCT)
	got, err := do(s, r)
	if err != nil || got.status != 200 || len(got.body) <= 5 {
		return nil, nil // the connection was cut, or the body
	}
	answers, err := decodeItems(got.body)
	if err != nil {
		return nil, fmt.Errorf("decoding %s: %w", got.body, err)
	}
	statuses := map[string]int{}
	for _, it := range answers {
		statuses[it.ID] = it.Status
	}
	return statuses, nil
}
