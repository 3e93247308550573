package directory_test

import (
	"regexp"
	"strings"
	"testing"

	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

func TestSyntheticFollowsTheSeed(t *testing.T) {
	few, many := users(directory.Synthetic(20, 7)), users(directory.Synthetic(300, 7))
	if diff := cmp.Diff(few, many[:20]); diff != "" {
		t.Errorf("the first 20 people of 20 and of 300 (-20 +300):\n%s", diff)
	}
	if other := users(directory.Synthetic(20, 8)); cmp.Equal(few, other) {
		t.Error("the seeds 7 and 8 give the same people")
	}
}

// fiction are the ranges that each country sets aside.
var fiction = map[string]*regexp.Regexp{
	"US": regexp.MustCompile(`^\+1 [2-9]\d{2}55501\d\d(x|$)`),
	"CA": regexp.MustCompile(`^\+1 [2-9]\d{2}55501\d\d(x|$)`),
	"FR": regexp.MustCompile(`^\+33 (63998|19900|26191|35301|46571|53649)\d{4}(x|$)`),
	"GB": regexp.MustCompile(`^\+44 (7700900|2079460|1(13|21|31|61)4960|1632960)\d{3}(x|$)`),
	"DE": regexp.MustCompile(`^\+49 (17139200\d\d|176040690\d\d|(3023125|4066969|6990009|8999998|2214710)\d{3})(x|$)`),
	"IE": regexp.MustCompile(`^\+353 2091\d{5}(x|$)`),
	"SE": regexp.MustCompile(`^\+46 (7017406[1-9]\d|(8465004|3139006|4062804)\d\d)(x|$)`),
}

func TestSyntheticPeopleArePlausible(t *testing.T) {
	const n = 10_000
	upn := regexp.MustCompile(`^[a-z]+\.[a-z]+\d+(_example\.org#EXT#)?@example\.com$`)
	sam := regexp.MustCompile(`^[a-z]+\d+$`)
	counts := map[string]int{}
	count := func(what string, is bool) {
		if is {
			counts[what]++
		}
	}
	seen := map[string]bool{}
	for _, u := range users(directory.Synthetic(n, 1)) {
		for _, unique := range []string{u.EmployeeID, u.OnPremisesSamAccountName} {
			if unique != "" && seen[unique] {
				t.Errorf("%s stands twice", unique)
			}
			seen[unique] = true
		}
		name := u.OnPremisesSamAccountName
		if !upn.MatchString(u.UserPrincipalName) || name != "" && !sam.MatchString(name) || len(name) > 20 || !strings.Contains(u.DisplayName, " ") {
			t.Errorf("implausible: %+v", u)
		}
		for _, number := range []string{u.Mobile, u.AlternateMobile, u.Office} {
			aside := fiction[u.UsageLocation]
			if aside == nil || number != "" && !aside.MatchString(number) {
				t.Errorf("in %s, %q is not set aside for fiction", u.UsageLocation, number)
			}
		}
		count("mobile", u.Mobile != "")
		count("alternateMobile", u.AlternateMobile != "")
		count("office", u.Office != "")
		count("extension", strings.Contains(u.Office, "x"))
		count("defaultMethod", u.DefaultMethod == "mobile")
		count("guest", u.UserType == "Guest")
		count("disabled", !u.AccountEnabled)
		count("admin", u.IsAdmin)
		count("sam", name != "")
		count("mail is name", u.Mail == u.UserPrincipalName)
		count("no mail", u.Mail == "")
		count("accents", strings.ContainsFunc(u.DisplayName, func(c rune) bool { return c > 127 }))
		count(u.UsageLocation, true)
	}
	for what, percent := range map[string]float64{
		"mobile": 30, "alternateMobile": 7.5, "office": 10, "extension": 2, "defaultMethod": 10, "guest": 2, "disabled": 3, "admin": 1,
		"sam": 80, "mail is name": 92, "no mail": 6, "accents": 50, "US": 40, "CA": 10, "FR": 18, "GB": 12, "DE": 10, "IE": 7, "SE": 3,
	} {
		if got := float64(counts[what]) * 100 / n; got < percent*0.75 || got > percent*1.25 {
			t.Errorf("%s: %.1f %% of the people, want about %v %%", what, got, percent)
		}
	}
}
