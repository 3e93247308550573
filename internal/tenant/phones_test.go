package tenant_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/tenant"
)

// told are users as Phones tells of them, in alphabetical order.
func told(t *testing.T, tt *tenant.Tenant, users []tenant.User) (all []string, err error) {
	t.Helper()
	err = tt.Phones(t.Context(), users, func(user tenant.User, phones tenant.Phones, instead authmethod.Answer) {
		text := fmt.Sprintf("%s %d", user.UserPrincipalName, instead.Status)
		for _, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
			text += " " + phones[phoneType]
		}
		if (phones == nil) == (instead.Status == 0 && instead.Lost == nil) {
			t.Errorf("%s has phones %t and the answer %+v", user.UserPrincipalName, phones != nil, instead)
		}
		all = append(all, strings.TrimRight(text, " "))
	})
	slices.Sort(all)
	return all, err
}

// The users of a tenant and their phones: every one once, whoever is refused, and
// twenty in a request.
func TestUsersAndTheirPhones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := people(t,
			directory.User{UserPrincipalName: "all@example.com", Mobile: "+1 2065550100", AlternateMobile: "+1 2065550101", Office: "+1 2065550102x7"},
			directory.User{UserPrincipalName: "bob_x.org#EXT#@example.com", UserType: "Guest", Office: "+44 2079460123"},
			directory.User{UserPrincipalName: "none@example.com"},
		)
		var want []string
		for i := range 2200 {
			name := fmt.Sprintf("u%04d@example.com", i)
			if _, err := d.Add(directory.User{UserPrincipalName: name}); err != nil {
				t.Fatal(err)
			}
			want = append(want, name+" 0")
		}
		tt, sim := simulated(t, graphsim.Config{Directory: d})
		users, err := tt.Users(t.Context())
		if got := sim.Stats(); err != nil || len(users) != 2203 || got.PlainRequests != 3 {
			t.Fatalf("Users = %d users, %v in %d requests, want 2,203 in 3", len(users), err, got.PlainRequests)
		}
		users = append(users, tenant.User{ID: neverID, UserPrincipalName: "gone@example.com"})
		got, err := told(t, tt, users)
		want = append(want, "all@example.com 0 +1 2065550100 +1 2065550101 +1 2065550102x7", "bob_x.org#EXT#@example.com 0   +44 2079460123", "none@example.com 0", "gone@example.com 404")
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Phones = %v, %q, want %q", err, got, want)
		}
		if batches := sim.Stats().BatchRequests; batches > 2204/20+3 {
			t.Errorf("%d batches for 2,204 users", batches)
		}
	})
}

// What is no list of phones is asked for again, and one user of whom nothing else
// comes is told of and ends nothing; alone, there is nothing to compare with.
func TestPhonesThatDoNotCome(t *testing.T) {
	const mobileID = "3179e48a-750b-4051-897c-87b9720928f7"
	bodies := map[string]string{
		"text":    `{"value":"no"}`,
		"absent":  `{}`,
		"cut":     `{"value":[{"id":"` + mobileID + `","phoneN`,
		"unknown": `{"value":[{"id":"` + neverID + `","phoneType":"pager","phoneNumber":"+1 2065550109"}]}`,
		"twice":   `{"value":[{"id":"` + mobileID + `","phoneNumber":"+1 2065550109"},{"id":"` + mobileID + `","phoneNumber":"+1 2065550108"}]}`,
		"goes on": `{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users/x"}`,
	}
	good := `{"value":[{"id":"` + strings.ToUpper(mobileID) + `","phoneType":"mobile","phoneNumber":"+1\u202e 2065550100"}]}`
	for name, bad := range bodies {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			asker := &fake{answer: func(path string) (string, authmethod.Answer) {
				if !strings.Contains(path, "/bad/") {
					return good, authmethod.Answer{}
				}
				asked++
				return bad, authmethod.Answer{}
			}}
			users := []tenant.User{{ID: "a b", UserPrincipalName: "a"}, {ID: "bad", UserPrincipalName: "bad"}, {ID: "c", UserPrincipalName: "c"}}
			got, err := told(t, askedBy(asker), users)
			if want := []string{"a 0 +1 2065550100", "bad 0", "c 0 +1 2065550100"}; err != nil || !slices.Equal(got, want) || asked != 6 {
				t.Errorf("%s: Phones = %q, %v after %d questions, want %q after 6", name, got, err, asked, want)
			}
			if !slices.Contains(asker.asked, "/users/a%20b/authentication/phoneMethods") {
				t.Errorf("asked for %q", asker.asked)
			}
			if got, err := told(t, askedBy(asker), users[1:2]); err == nil || len(got) > 0 {
				t.Errorf("%s alone: Phones = %q, %v, want a *GivenUpError", name, got, err)
			}
		})
	}
}

// Throttling is no failure of a user, however long it lasts.
func TestThrottledPhones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota, _ := graphsim.ParseQuota("5/10s")
		tt, sim := simulated(t, graphsim.Config{Directory: employees(t, 200), ReadQuota: quota})
		users, err := tt.Users(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := told(t, tt, users)
		if refused := slices.ContainsFunc(got, func(line string) bool { return !strings.HasSuffix(line, " 0") }); err != nil || len(got) != 200 || refused || sim.Stats().Throttled == 0 {
			t.Errorf("Phones = %d users, %v with %+v: %q", len(got), err, sim.Stats(), got)
		}
	})
}

// Who has no permission is told which; what is missing depends on what was asked.
func TestAdviceOfRefusals(t *testing.T) {
	for what, want := range map[string]string{"phones": "UserAuthMethod-Phone.Read.All", "the registration report": "AuditLog.Read.All", "the users of the tenant": "User.Read.All"} {
		err := &tenant.RefusedError{What: what, Answer: authmethod.Answer{Status: 403, Code: "Authorization_RequestDenied"}}
		if !strings.Contains(err.Advice(), want) {
			t.Errorf("the advice for %s is %q, want one with %s", what, err.Advice(), want)
		}
	}
}
