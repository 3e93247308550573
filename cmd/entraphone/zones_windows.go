package main

import _ "time/tzdata" // Windows has no names of zones, such as --window takes
