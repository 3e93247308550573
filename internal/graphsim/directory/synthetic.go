package directory

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// country is where people are, and which numbers they have: national ones
// behind the country code, with # for any digit. All are set aside for films
// and books by those who administer the numbers, so that a file of synthetic
// people can disturb nobody.
type country struct {
	usageLocation    string
	share            int // of 100 people
	code             string
	mobile, landline []string
}

// countries are those that set numbers aside. The ranges are small: in a large
// directory people share numbers.
func countries() []country {
	// NANPA: 555-0100 to 555-0199 in every area; mobiles have no areas of their own.
	areas := func(list string) (numbers []string) {
		for area := range strings.FieldsSeq(list) {
			numbers = append(numbers, area+"55501##")
		}
		return numbers
	}
	unitedStates := areas("201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 " +
		"248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 " +
		"319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 " +
		"417 419 423 425 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 " +
		"520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 615 " +
		"616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 " +
		"715 716 717 718 719 720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 " +
		"805 806 808 810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 865 " +
		"870 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 941 947 949 951 " +
		"952 954 956 970 971 972 973 978 979 980 985 989")
	canada := areas("204 226 250 289 306 403 416 418 438 450 506 514 519 581 587 604 613 647 705 709 778 780 807 819 902 905")
	return []country{
		{"US", 40, "1", unitedStates, unitedStates},
		{"CA", 10, "1", canada, canada},
		{"FR", 18, "33", []string{"63998####"}, // ARCEP
			[]string{"19900####", "26191####", "35301####", "46571####", "53649####"}},
		{"GB", 12, "44", []string{"7700900###"}, // Ofcom
			[]string{"2079460###", "1134960###", "1214960###", "1314960###", "1614960###", "1632960###"}},
		{"DE", 10, "49", []string{"17139200##", "176040690##"}, // Bundesnetzagentur
			[]string{"3023125###", "4066969###", "6990009###", "8999998###", "2214710###"}},
		{"IE", 7, "353", []string{"2091#####"}, []string{"2091#####"}}, // ComReg
		{"SE", 3, "46", []string{"70174061#", "70174062#", "70174063#", "70174064#", "70174065#"}, // PTS
			[]string{"8465004##", "3139006##", "4062804##"}},
	}
}

// Synthetic makes up n people at example.com, the same for the same seed: if n
// is greater, those before are the same. Of them, about 30 % have a mobile, of
// whom a quarter have an alternateMobile and a third the mobile as default
// method; 10 % have an office phone, 2 % are guests, 3 % are disabled, 1 % are
// admins, 6 % have no mail and 20 % no onPremisesSamAccountName. All have an
// employeeId of their own. The numbers are set aside for fiction and so few
// that people share them.
func Synthetic(n int, seed uint64) *Directory {
	d := New()
	m := maker{countries: countries()}
	m.given, m.family = readNames()
	for i := range n {
		m.random.Seed(seed, uint64(i))
		m.rand = rand.New(&m.random)
		if _, err := d.Add(m.user(i)); err != nil {
			panic(fmt.Sprintf("synthetic person %d: %v", i, err)) // unreachable unless bug
		}
	}
	return d
}

type maker struct {
	random        rand.PCG
	rand          *rand.Rand
	countries     []country
	given, family [len(names)][]name
}

func (m *maker) user(i int) User {
	language := m.rand.IntN(len(names))
	given, family := pick(m, m.given[language]), pick(m, m.family[language])
	number := strconv.Itoa(i)
	address := given.plain + "." + family.plain + number // no name ends in a digit: nobody else has it
	u := User{
		UserPrincipalName: address + "@example.com",
		DisplayName:       given.written + " " + family.written,
		EmployeeID:        strconv.Itoa(100000 + i),
		AccountEnabled:    !m.percent(3),
		IsAdmin:           m.percent(1),
	}
	u.Mail = u.UserPrincipalName
	if m.percent(2) {
		u.Mail = address + "@example.org"
		u.UserPrincipalName = address + "_example.org#EXT#@example.com"
	}
	if m.percent(6) {
		u.Mail = ""
	}
	if m.percent(80) {
		// Active Directory takes 20 characters:
		// https://learn.microsoft.com/windows/win32/adschema/a-samaccountname
		u.OnPremisesSamAccountName = given.plain[:1] + family.plain[:min(len(family.plain), 19-len(number))] + number
	}
	m.addPhones(&u)
	return u
}

func (m *maker) addPhones(u *User) {
	share := m.rand.IntN(100)
	at := 0
	for share >= m.countries[at].share {
		share -= m.countries[at].share
		at++
	}
	c := &m.countries[at]
	u.UsageLocation = c.usageLocation
	if m.percent(30) {
		u.Mobile = m.number(c, c.mobile)
		if m.percent(25) {
			u.AlternateMobile = m.number(c, c.landline)
		}
		if m.percent(33) {
			u.DefaultMethod = phoneTypes[Mobile]
		}
	}
	if m.percent(10) {
		u.Office = m.number(c, c.landline)
		if m.percent(20) {
			u.Office += "x" + strconv.Itoa(100+m.rand.IntN(900))
		}
	}
}

func (m *maker) number(c *country, ranges []string) string {
	digits := []byte(pick(m, ranges))
	for i, digit := range digits {
		if digit == '#' {
			digits[i] = byte('0' + m.rand.IntN(10))
		}
	}
	return "+" + c.code + " " + string(digits)
}

func (m *maker) percent(n int) bool { return m.rand.IntN(100) < n }

func pick[T any](m *maker, of []T) T { return of[m.rand.IntN(len(of))] }
