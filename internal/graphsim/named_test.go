package graphsim_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
)

// An answer by name is a fault with all that it needs, of which a scenario may say
// the calls and the counts itself.
func TestNamedAnswers(t *testing.T) {
	tests := []struct {
		name, fault string
		want        []int  // of two creates for bob and one for a guest
		body        string // in the first answer
		stands      bool   // whether bob's phone does afterwards
	}{
		{"as it is", `{"answer":"number-reserved"}`, []int{409, 409, 409}, `"phoneNumberNotUnique"`, false},
		{"done all the same", `{"answer":"number-not-unique"}`, []int{409, 409, 409}, `"phoneNumberNotUnique"`, true},
		{"counted", `{"answer":"access-denied","count":1}`, []int{403, 201, 201}, `"Request Authorization failed"`, true},
		{"for some users", `{"answer":"guest-unknown"}`, []int{201, 400, 404}, mobileID, true},
		{"for others than those it is met with", `{"answer":"guest-unknown","user":"bob"}`, []int{404, 404, 201}, `"Request_ResourceNotFound"`, false},
		{"of other calls", `{"answer":"users-denied"}`, []int{201, 400, 201}, mobileID, true},
		{"a page", `{"answer":"filter-403","method":"POST","path":"phoneMethods$"}`, []int{403, 403, 403}, "<title>Web Security</title>", false},
		{"of the sign-in service, elsewhere", `{"answer":"secret-wrong","path":"phoneMethods$"}`, []int{401, 401, 401}, `"error_codes":[7000215]`, false},
	}
	for _, test := range tests {
		s := faulty(t, "["+test.fault+"]")
		for i, user := range []string{bob, bob, "ada_example.org%23EXT%23@contoso.example"} {
			got := create(t, s, user, "mobile", fmt.Sprintf("+1 206555012%d", i))
			if got.status != test.want[i] || i == 0 && !strings.Contains(got.body, test.body) {
				t.Errorf("%s: create %d is answered %d %s, want %d with %s", test.name, i+1, got.status, got.body, test.want[i], test.body)
			}
		}
		if stands := len(s.Phones(bob)) == 1; stands != test.stands {
			t.Errorf("%s: the phone stands: %t, want %t", test.name, stands, test.stands)
		}
	}
}

// Whatever name a scenario gives, it reads and the answer is played.
func TestEveryNameIsAnAnswer(t *testing.T) {
	names := graphsim.AnswerNames()
	if len(names) < 100 {
		t.Errorf("there are %d names, want all of the table", len(names))
	}
	sample, err := os.ReadFile("../../samples/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !regexp.MustCompile(`(?m)^#   (.* )?` + name + `[,.]`).Match(sample) {
			t.Errorf("samples/scenario.yaml does not list %s", name)
		}
		s := faulty(t, `[{"answer":"`+name+`","method":"POST","path":"phoneMethods$","user":"bob","count":1}]`)
		if got := create(t, s, bob, "mobile", "+1 2065550123"); got.status == 201 {
			t.Errorf("%s: the create is answered 201", name)
		}
		if got := create(t, s, bob, "mobile", "+1 2065550123"); got.status != 201 && got.status != 400 {
			t.Errorf("%s: the create behind it is answered %d, want 201, or 400 where the first was done", name, got.status)
		}
	}
}
