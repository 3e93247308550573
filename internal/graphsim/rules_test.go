package graphsim_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"entraphone/internal/graphsim"

	"pgregory.net/rapid"
)

// TestPhonesThatStandAreAllowed: whatever is sent and whatever fault is
// played, no phone stands that Graph's rules forbid, none that was answered
// with success is missing, and none ever changes.
func TestPhonesThatStandAreAllowed(t *testing.T) {
	effects := []graphsim.Fault{
		{Status: 503}, {Status: 504, Applied: true}, {Drop: graphsim.DropBefore}, {Drop: graphsim.DropAfter},
		{Truncate: 5}, {BatchAnswer: graphsim.Missing},
	}
	stored := regexp.MustCompile(`^\+[1-9][0-9]{0,2} [0-9]{4,14}(x[0-9]{1,10})?$`)
	rapid.Check(t, func(t *rapid.T) {
		config := graphsim.Config{Seed: rapid.Uint64().Draw(t, "seed"), AccessTokens: []string{secret}}
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(effects), 0, 2).Draw(t, "faults") {
			f.Probability = 0.2
			config.Faults = append(config.Faults, f)
		}
		s := graphsim.New(config)
		standing := map[string]string{} // by user and type
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			sent := map[string]string{} // by request id: user and type
			var requests []string
			for i := range rapid.IntRange(1, 6).Draw(t, "requests") {
				user := rapid.SampledFrom([]string{"a@example.com", "b@example.com"}).Draw(t, "user")
				phoneType := rapid.SampledFrom([]string{"mobile", "alternateMobile", "office"}).Draw(t, "type")
				number := rapid.SampledFrom([]string{"+1 2065550123", "+442079460012x3", "020 7946 0012"}).Draw(t, "number")
				id := strconv.Itoa(i)
				sent[id] = user + " " + phoneType
				requests = append(requests, createItem(id, user, phoneType, number))
			}
			if err := post(s, batch(requests...), func(id string) { standing[sent[id]] = "" }); err != nil {
				t.Fatal(err)
			}
			for _, user := range []string{"a@example.com", "b@example.com"} {
				phones := s.Phones(user)
				if phones["alternateMobile"] != "" && phones["mobile"] == "" {
					t.Fatalf("%s has an alternateMobile and no mobile", user)
				}
				for phoneType, number := range phones {
					key := user + " " + phoneType
					if was := standing[key]; was != "" && was != number {
						t.Fatalf("the phone %s changed from %s to %s", key, was, number)
					}
					if !stored.MatchString(number) {
						t.Fatalf("the phone %s is %q", key, number)
					}
					standing[key] = number
				}
			}
			for key, number := range standing {
				if number == "" {
					t.Fatalf("the phone %s was answered with 201 and does not stand", key)
				}
			}
		}
	})
}

// post sends a $batch and reports the ids that were answered with 201. An
// answer that a fault spoiled reports none.
func post(s *graphsim.Simulator, body string, created func(id string)) error {
	r, err := http.NewRequest("POST", host+"/v1.0/$batch", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", jsonCT)
	got, err := do(s, r)
	if err != nil || got.status != 200 || len(got.body) <= 5 {
		return nil
	}
	answers, err := decodeItems(got.body)
	if err != nil {
		return fmt.Errorf("decoding %s: %w", got.body, err)
	}
	for _, it := range answers {
		if it.Status == 201 {
			created(it.ID)
		}
	}
	return nil
}
