//! Values under stable indices, found by the control plane's ids.

use std::collections::HashMap;

pub struct Slab<T> {
    items: Vec<Option<T>>,
    free: Vec<usize>,
    by_id: HashMap<u32, usize>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { items: Vec::new(), free: Vec::new(), by_id: HashMap::new() }
    }
}

impl<T> Slab<T> {
    /// The index of the new value; `None` if the id is taken.
    pub fn insert(&mut self, id: u32, value: T) -> Option<usize> {
        if self.by_id.contains_key(&id) {
            return None;
        }
        let index = self.free.pop().unwrap_or(self.items.len());
        if index == self.items.len() {
            self.items.push(Some(value));
        } else {
            self.items[index] = Some(value);
        }
        self.by_id.insert(id, index);
        Some(index)
    }

    pub fn index(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index)?.as_ref()
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.items.get_mut(index)?.as_mut()
    }

    pub fn remove(&mut self, id: u32) -> Option<T> {
        let index = self.by_id.remove(&id)?;
        self.free.push(index);
        self.items[index].take()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One past the highest index in use.
    pub fn end(&self) -> usize {
        self.items.len()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut T)> {
        self.items.iter_mut().enumerate().filter_map(|(index, item)| Some((index, item.as_mut()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn an_index_is_free_again_after_removal() {
        let mut slab = Slab::default();
        let first = slab.insert(10, 'a').expect("free");
        assert_eq!(slab.insert(10, 'b'), None);
        assert_eq!(slab.remove(10), Some('a'));
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.insert(11, 'c'), Some(first));
        assert_eq!(slab.index(10), None);
    }
}
