//! Where regions lie.
//! Knows no diagram.

use serde::Serialize;

/// Mean radius of the earth.
const EARTH_KM: f64 = 6371.0;

macro_rules! places {
    ($($variant:ident $id:literal $label:literal $latitude:literal $longitude:literal;)*) => {
        /// A city near which large clouds have a region.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Place { $(#[doc = $label] $variant,)* }

        impl Place {
            /// All of them, from west to east.
            pub const ALL: &'static [Place] = &[$(Place::$variant),*];

            /// In a file.
            pub fn id(self) -> &'static str {
                match self { $(Place::$variant => $id),* }
            }

            /// On the screen.
            pub fn label(self) -> &'static str {
                match self { $(Place::$variant => $label),* }
            }

            /// Latitude and longitude in degrees, north and east positive.
            pub fn coordinates(self) -> (f64, f64) {
                match self { $(Place::$variant => ($latitude, $longitude)),* }
            }
        }
    };
}

places! {
    Oregon "oregon" "Oregon" 45.6 -121.2;
    California "california" "California" 37.4 -122.0;
    Iowa "iowa" "Iowa" 41.3 -95.9;
    Virginia "virginia" "Virginia" 39.0 -77.5;
    SaoPaulo "sao_paulo" "São Paulo" -23.5 -46.6;
    Ireland "ireland" "Ireland" 53.3 -6.3;
    London "london" "London" 51.5 -0.1;
    Frankfurt "frankfurt" "Frankfurt" 50.1 8.7;
    CapeTown "cape_town" "Cape Town" -33.9 18.4;
    Mumbai "mumbai" "Mumbai" 19.1 72.9;
    Singapore "singapore" "Singapore" 1.3 103.8;
    Tokyo "tokyo" "Tokyo" 35.7 139.7;
    Sydney "sydney" "Sydney" -33.9 151.2;
}

impl Place {
    /// From its name in a file.
    pub fn from_id(id: &str) -> Option<Place> {
        Place::ALL.iter().copied().find(|p| p.id() == id)
    }

    /// Great-circle distance, by the haversine formula.
    pub fn distance_km(self, other: Place) -> f64 {
        let radians = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
        let ((a_lat, a_lon), (b_lat, b_lon)) = (self.coordinates(), other.coordinates());
        let half = |a: f64, b: f64| {
            let s = libm::sin(radians(b - a) / 2.0);
            s * s
        };
        let h = half(a_lat, b_lat) + libm::cos(radians(a_lat)) * libm::cos(radians(b_lat)) * half(a_lon, b_lon);
        2.0 * EARTH_KM * libm::asin(h.clamp(0.0, 1.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_globe() {
        for (a, b, km) in [
            (Place::London, Place::Frankfurt, 640.0),
            (Place::Virginia, Place::Frankfurt, 6540.0),
            (Place::Frankfurt, Place::Singapore, 10_270.0),
            (Place::Tokyo, Place::Sydney, 7820.0),
        ] {
            let found = a.distance_km(b);
            assert!((found - km).abs() < 60.0, "{} to {}: {found}", a.label(), b.label());
            assert_eq!(found, b.distance_km(a));
        }
        assert_eq!(Place::Tokyo.distance_km(Place::Tokyo), 0.0);
    }

    #[test]
    fn every_place_has_a_name_of_its_own() {
        for place in Place::ALL {
            assert_eq!(Place::from_id(place.id()), Some(*place));
        }
        assert_eq!(Place::from_id("atlantis"), None);
    }
}
