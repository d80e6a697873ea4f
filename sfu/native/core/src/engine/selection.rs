//! Choices as pure functions: which layer a viewer gets, which talker goes into which audio slot.

use super::ids::PeerId;

/// The best active layer not above `target`, else the lowest active one above it.
#[must_use]
pub fn choose_layer(active: impl DoubleEndedIterator<Item = u8> + Clone, target: u8) -> Option<u8> {
    let mut all = active.clone();
    active.rev().find(|layer| *layer <= target).or_else(|| all.next())
}

/// One audio slot of a subscriber before or after a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioPlace {
    /// Who is heard here.
    pub talker: Option<PeerId>,
    /// Whose picture is in the video slot that is played in sync with this one.
    pub seen: Option<PeerId>,
}

/// Put `talkers` (most important first) into `places`. Who has a place keeps it, unless its picture is
/// beside another one; who does not fit is not heard.
pub fn place_talkers(places: &mut [AudioPlace], talkers: &[PeerId]) {
    let wanted = &talkers[..talkers.len().min(places.len())];
    for place in places.iter_mut() {
        place.talker = place.talker.filter(|talker| wanted.contains(talker));
    }
    for talker in wanted {
        let heard_at = places.iter().position(|place| place.talker == Some(*talker));
        let seen_at = places.iter().position(|place| place.seen == Some(*talker));
        match (heard_at, seen_at) {
            (Some(from), Some(to)) if from != to => swap(places, from, to),
            (Some(_), _) => {}
            (None, Some(to)) => evict(places, to, *talker),
            (None, None) => {
                if let Some(place) = free_place(places) {
                    places[place].talker = Some(*talker);
                }
            }
        }
    }
}

fn swap(places: &mut [AudioPlace], from: usize, to: usize) {
    let other = places[to].talker;
    places[to].talker = places[from].talker;
    places[from].talker = other;
}

/// Take the place beside one's picture; whoever was there moves to a free one, if there is one.
fn evict(places: &mut [AudioPlace], to: usize, talker: PeerId) {
    let moved = places[to].talker.replace(talker);
    if let (Some(_), Some(place)) = (moved, free_place(places)) {
        places[place].talker = moved;
    }
}

/// A free place, rather one without a picture beside it.
fn free_place(places: &[AudioPlace]) -> Option<usize> {
    let free = |place: &AudioPlace| place.talker.is_none();
    places
        .iter()
        .position(|place| free(place) && place.seen.is_none())
        .or_else(|| places.iter().position(free))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pairs: &[(u32, u32)]) -> Vec<AudioPlace> {
        let peer = |number: u32| (number > 0).then_some(PeerId(number));
        pairs.iter().map(|(talker, seen)| AudioPlace { talker: peer(*talker), seen: peer(*seen) }).collect()
    }

    fn heard(places: &[AudioPlace]) -> Vec<u32> {
        places.iter().map(|place| place.talker.map_or(0, |peer| peer.0)).collect()
    }

    #[test]
    fn the_best_layer_within_the_target_wins() {
        assert_eq!(choose_layer([0, 1, 2].into_iter(), 1), Some(1));
        assert_eq!(choose_layer([0, 2].into_iter(), 1), Some(0));
        assert_eq!(choose_layer([2].into_iter(), 0), Some(2));
        assert_eq!(choose_layer([].into_iter(), 2), None);
    }

    #[test]
    fn talkers_keep_their_places() {
        let mut slots = places(&[(1, 0), (2, 0), (3, 0)]);
        place_talkers(&mut slots, &[PeerId(4), PeerId(3), PeerId(1)]);
        assert_eq!(heard(&slots), [1, 4, 3]);
    }

    #[test]
    fn a_talker_goes_beside_its_picture() {
        let mut slots = places(&[(1, 5), (0, 0), (0, 2)]);
        place_talkers(&mut slots, &[PeerId(1), PeerId(5), PeerId(2)]);
        assert_eq!(heard(&slots), [5, 1, 2]);
    }

    #[test]
    fn a_picture_that_moves_takes_the_voice_along() {
        let mut slots = places(&[(1, 2), (2, 1), (0, 0)]);
        place_talkers(&mut slots, &[PeerId(1), PeerId(2)]);
        assert_eq!(heard(&slots), [2, 1, 0]);
    }

    #[test]
    fn the_least_important_does_not_fit() {
        let mut slots = places(&[(0, 0), (9, 0)]);
        place_talkers(&mut slots, &[PeerId(1), PeerId(2), PeerId(9)]);
        assert_eq!(heard(&slots), [1, 2]);
    }
}
