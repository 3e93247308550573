package importfile

import "golang.org/x/text/language"

// languages are those besides English in which countries are known, by the
// names that Unicode's CLDR has for them (in golang.org/x/text): those of most
// files, and others in which people write their own country, which are looked
// at only where those do not know a name.
var languages = [...][]language.Tag{{
	language.German, language.French, language.Spanish, language.Italian, language.Portuguese, language.EuropeanPortuguese,
	language.Dutch, language.Swedish, language.Danish, language.Norwegian, language.Finnish, language.Polish, language.Czech,
}, {
	language.Greek, language.Russian, language.Ukrainian, language.Bulgarian, language.Macedonian, language.Serbian, language.SerbianLatin,
	language.Croatian, language.MustParse("bs"), language.Slovenian, language.Slovak, language.Hungarian, language.Romanian,
	language.Lithuanian, language.Latvian, language.Estonian, language.Icelandic, language.Albanian, language.Turkish, language.Catalan,
	language.MustParse("be"), language.MustParse("eu"), language.MustParse("ga"), language.MustParse("mt"),
	language.Georgian, language.Armenian, language.Azerbaijani, language.Hebrew, language.Arabic, language.Persian,
	language.Hindi, language.Thai, language.Vietnamese, language.Indonesian, language.Malay,
	language.Japanese, language.Korean, language.SimplifiedChinese, language.TraditionalChinese,
}}

// everydayCodes are abbreviations that ISO 3166 does not have, without full
// stops. The last lines are Kosovo's in statistics of the European Union, and
// those of the International Olympic Committee that nothing else is called by:
// its CHI is Chile and not China, for one.
var everydayCodes = map[string]string{
	"UK": "GB", "US": "US", "USA": "US", "EUA": "US", "UAE": "AE", "DRC": "CD",
	"XKX": "XK", "XKK": "XK",
	"GER": "DE", "NED": "NL", "SUI": "CH", "DEN": "DK", "POR": "PT", "GRE": "GR", "CRO": "HR", "SLO": "SI", "BUL": "BG",
	"RSA": "ZA", "KSA": "SA", "PHI": "PH", "MAS": "MY", "INA": "ID",
}

// everydayNames are names that people use and CLDR does not, and those of ISO
// 3166 that differ from CLDR's, folded as foldName does. Names that several
// countries share (Congo, Korea) are left out: such a row is not guessed at.
var everydayNames = map[string]string{
	"unitedstatesofamerica": "US",
	"greatbritain":          "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
	"unitedkingdomofgreatbritainnorthernireland": "GB",
	"eire":    "IE",
	"holland": "NL", "czechrepublic": "CZ", "czechia": "CZ", "slovakrepublic": "SK",
	"northmacedonia": "MK", "macedonia": "MK", "formeryugoslavrepublicofmacedonia": "MK", "turkiye": "TR", "turkey": "TR",
	"russianfederation": "RU", "vatican": "VA", "holysee": "VA",
	"ivorycoast": "CI", "capeverde": "CV", "caboverde": "CV", "swaziland": "SZ", "eswatini": "SZ",
	"democraticrepublicofcongo": "CD", "drcongo": "CD", "congokinshasa": "CD", "republicofcongo": "CG", "congobrazzaville": "CG",
	"republicofkorea": "KR", "democraticpeoplesrepublicofkorea": "KP",
	"vietnam": "VN", "laopdr": "LA", "laopeoplesdemocraticrepublic": "LA", "burma": "MM", "myanmar": "MM",
	"bruneidarussalam": "BN", "easttimor": "TL", "hongkong": "HK", "hongkongsar": "HK", "hongkongchina": "HK",
	"macau": "MO", "macao": "MO", "macausar": "MO", "macaosar": "MO", "macaosarchina": "MO", "macauchina": "MO", "macaochina": "MO",
	"prchina": "CN", "mainlandchina": "CN", "chinesetaipei": "TW", "taiwanprovinceofchina": "TW", "taiwanrepublicofchina": "TW", "republicofchinataiwan": "TW",
	"syrianarabrepublic": "SY", "palestine": "PS", "stateofpalestine": "PS", "occupiedpalestinianterritory": "PS", "emirates": "AE",
	"plurinationalstateofbolivia": "BO", "federatedstatesofmicronesia": "FM",
	"saintlucia": "LC", "saintkittsnevis": "KN", "saintvincentgrenadines": "VC", "saintbarthelemy": "BL", "saintpierremiquelon": "PM",
	"sainthelena": "SH", "sainthelenaascensiontristandacunha": "SH", "usvirginislands": "VI", "unitedstatesminoroutlyingislands": "UM",
	"saintmartin": "MF", "saintmartinfrenchpart": "MF", "sintmaartendutchpart": "SX", "falklandislandsmalvinas": "FK",
	"heardislandmcdonaldislands": "HM", "holyseevaticancitystate": "VA",
}

// everydayForeign are the same in other languages, and those that CLDR gives to
// one of several countries, for none.
var everydayForeign = map[string]string{
	"kongo": "", "congo": "", "конго": "",
	"bundesrepublikdeutschland": "DE", "brd": "DE", "oesterreich": "AT", "daenemark": "DK", "rumaenien": "RO",
	"tuerkei": "TR", "tschechischerepublik": "CZ", "tschechei": "CZ", "grossbritannien": "GB", "großbritannien": "GB",
	"vereinigteskoenigreich": "GB", "suedafrika": "ZA", "suedkorea": "KR", "vereinigtestaatenvonamerika": "US",
	"etatsunisdamerique": "US", "grandebretagne": "GB", "angleterre": "GB", "hollande": "NL", "republiquetcheque": "CZ",
	"estadosunidosdeamerica": "US", "eeuu": "US", "granbretana": "GB", "inglaterra": "GB", "holanda": "NL", "republicacheca": "CZ",
	"statiunitidamerica": "US", "granbretagna": "GB", "inghilterra": "GB", "olanda": "NL", "repubblicaceca": "CZ",
	"estadosunidosdaamerica": "US", "grabretanha": "GB", "grootbrittannie": "GB", "engeland": "GB", "tsjechischerepubliek": "CZ",
	"tjeckiskarepubliken": "CZ", "tjekkiskerepublik": "CZ", "isobritannia": "GB", "englanti": "GB", "anglia": "GB",
	"holandia": "NL", "velkabritanie": "GB", "anglie": "GB", "ceskarepublika": "CZ", "slovenskarepublika": "SK",
	"stanyzjednoczoneameryki": "US", "spojenestatyamericke": "US", "российскаяфедерация": "RU", "сша": "US",
	"中华人民共和国": "CN", "中華人民共和國": "CN", "香港": "HK", "澳门": "MO", "澳門": "MO", "한국": "KR",
}
