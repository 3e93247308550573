package graphsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
)

const reportPath = "/reports/authenticationMethods/userRegistrationDetails"

// registered is a directory of one user for each thing that a row can show.
func registered() *directory.Directory {
	return people(
		directory.User{UserPrincipalName: "none@example.com"},
		directory.User{
			ID: adaID, UserPrincipalName: "all@example.com", DisplayName: "All", IsAdmin: true, Mobile: "+1 2065550100",
			AlternateMobile: "+1 2065550101", Office: "+1 2065550102", DefaultMethod: "alternateMobile",
		},
		directory.User{UserPrincipalName: "mobile@example.com", Mobile: "+1 2065550103"},
		directory.User{UserPrincipalName: "gone@example.com", Mobile: "+1 2065550104", Fault: string(graphsim.Missing)},
		directory.User{UserPrincipalName: "x_example.org#EXT#@example.com", Office: "+1 2065550105"},
	)
}

func TestRegistrationRow(t *testing.T) {
	s := newSim(graphsim.Config{Directory: registered()})
	row := func(id string) string {
		return strings.Replace(send(t, s, "GET", reportPath+"/"+id, "").body, `"lastUpdatedDateTime":"20`, `"lastUpdatedDateTime":"*","date":"`, 1)
	}
	want := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#reports/authenticationMethods/userRegistrationDetails/$entity",
		"id":"` + adaID + `","userPrincipalName":"all@example.com","userDisplayName":"All","userType":"member","isAdmin":true,
		"isMfaRegistered":true,"isMfaCapable":true,"isSsprRegistered":true,
		"methodsRegistered":["mobilePhone","alternateMobilePhone","officePhone"],
		"userPreferredMethodForSecondaryAuthentication":"voiceAlternateMobile","lastUpdatedDateTime":"*","date":"*"}`
	wantJSON(t, "by id", row(adaID), want)
	wantJSON(t, "by id in capitals", row(strings.ToUpper(adaID)), want)
	for _, id := range []string{noSuchID, "all@example.com"} {
		got := send(t, s, "GET", reportPath+"/"+id, "")
		if got.status != 404 {
			t.Errorf("the row of %s: status %d, want 404", id, got.status)
		}
		wantJSON(t, "the row of "+id, got.body, notThere(id))
	}

	// What is written shows at once.
	if got := send(t, s, "DELETE", phonesPath(adaID)+"/"+officeID, ""); got.status != 204 {
		t.Fatalf("DELETE = %d %s", got.status, got.body)
	}
	if got := row(adaID); !strings.Contains(got, `"methodsRegistered":["mobilePhone","alternateMobilePhone"]`) {
		t.Errorf("after the office phone was deleted the row is %s", got)
	}
}

func TestRegistrationFilters(t *testing.T) {
	s := newSim(graphsim.Config{Directory: registered()})
	tests := []struct{ query, want string }{ // the users before the @
		{"", "none all mobile x_example.org#EXT#"},
		{"$filter=methodsRegistered/any(x:x eq 'mobilePhone')", "all mobile"},
		{"$filter=methodsRegistered/any(t: t eq 'mobilePhone') and not(methodsRegistered/any(t:t eq 'officePhone'))", "mobile"},
		{"$filter=not methodsRegistered/any(x:x eq 'mobilePhone')", "none x_example.org#EXT#"},
		{"$filter=methodsRegistered/any(x:x eq 'fido2')", ""},
		{"$filter=isMfaRegistered eq false", "none"},
		{"$filter=isMfaCapable eq true and isSsprRegistered eq true", "all mobile x_example.org#EXT#"},
		{"$filter=isAdmin eq true", "all"},
		{"$filter=userType eq 'guest'", "x_example.org#EXT#"},
		{"$filter=userPreferredMethodForSecondaryAuthentication eq 'voiceMobile'", "mobile"},
		{"$filter=userPreferredMethodForSecondaryAuthentication eq 'voiceOffice'", "x_example.org#EXT#"},
		{"$filter=userPreferredMethodForSecondaryAuthentication ne 'none'", "all mobile x_example.org#EXT#"},
		{"$filter=userPrincipalName eq 'MOBILE@example.com'", "mobile"},
		{"$filter=id in ('" + adaID + "','" + noSuchID + "')", "all"},
		{"$orderby=userPrincipalName desc", "x_example.org#EXT# none mobile all"},
		{"$select=userPrincipalName&$top=999", "none all mobile x_example.org#EXT#"},
	}
	for _, test := range tests {
		for _, size := range []string{"", "&$top=1", "&$top=2"} {
			path := reportPath + "?" + strings.ReplaceAll(test.query, " ", "%20")
			if !strings.Contains(test.query, "$top") {
				path += size
			}
			got := strings.ReplaceAll(strings.Join(walk(t, s, path, "userPrincipalName").values, " "), "@example.com", "")
			if got != test.want {
				t.Errorf("GET %s: %q, want %q", path, got, test.want)
			}
		}
	}
	for _, query := range []string{"$filter=methodsRegistered eq 'mobilePhone'", "$filter=mail eq 'a'", "$top=1000", "$filter=isAdmin eq 'true'"} {
		got := send(t, s, "GET", reportPath+"?"+strings.ReplaceAll(query, " ", "%20"), "")
		if got.status != 400 || got.code(t) == "" {
			t.Errorf("GET %s = %d %s, want 400", query, got.status, got.body)
		}
	}
}

func TestRegistrationPages(t *testing.T) {
	s := newSim(graphsim.Config{Directory: crowd(250)}) // 200 are there
	for path, sizes := range map[string][]int{
		reportPath:                           {100, 100},
		reportPath + "?$top=999":             {200},
		reportPath + "?$top=60":              {60, 60, 60, 20},
		reportPath + "?$orderby=id&$top=150": {150, 50},
		reportPath + "?$top=150&$filter=isMfaRegistered%20eq%20false": {150, 50},
	} {
		got := walk(t, s, path, "id")
		if !slices.Equal(got.sizes, sizes) {
			t.Errorf("GET %s: pages of %d, want %d", path, got.sizes, sizes)
		}
		if once := len(slices.Compact(slices.Sorted(slices.Values(got.values)))); once != 200 {
			t.Errorf("GET %s: %d different rows, want 200", path, once)
		}
	}
	first := pageOf(t, send(t, s, "GET", reportPath+"?$top=5&$filter=isAdmin%20eq%20false", ""), "id")
	if want := host + "/v1.0" + reportPath + "?$top=5&$filter=isAdmin%20eq%20false&$skiptoken="; !strings.HasPrefix(first.nextLink, want) {
		t.Errorf("the first page goes on at %s, want %s", first.nextLink, want)
	}
}

// TestRegistrationsAgreeWithPhones: the report says of everybody what the list
// of their phones says.
func TestRegistrationsAgreeWithPhones(t *testing.T) {
	d := directory.Synthetic(300, 7)
	s := newSim(graphsim.Config{Directory: d})
	kinds := map[string]string{"mobilePhone": "mobile", "alternateMobilePhone": "alternateMobile", "officePhone": "office"}
	for method, kind := range kinds {
		listed := map[string]bool{}
		for _, id := range walk(t, s, fmt.Sprintf("%s?$top=50&$filter=methodsRegistered/any(x:x%%20eq%%20'%s')", reportPath, method), "id").values {
			listed[id] = true
		}
		for _, u := range s.Users() {
			if has := s.Phones(u.ID)[kind] != ""; has != listed[u.ID] {
				t.Errorf("user %s has a %s: %t, and the report says %t", u.ID, kind, has, listed[u.ID])
			}
		}
	}
}
