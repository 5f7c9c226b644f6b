//! What moves or waits, as a list of small shapes: each its place, form and ink. Both ways of drawing take the same list.
//! Knows no pen.

use super::Picture;
use crate::app::canvas::curve::Point;
use crate::app::canvas::ink::Ink;
use crate::app::canvas::route::Route;
use crate::app::canvas::scene::Scene;
use crate::app::canvas::tint::orders;
use crate::app::canvas::tint::ColourBy;
use crate::editor::geometry::CARD;
use crate::lab::frame::{Packet, PacketFate, PacketKind};

/// Most pips before a node.
pub const PIPS: usize = 12;
pub const PIP_ROWS: usize = 4;

/// Forms, as the shader numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A read.
    Circle = 0,
    /// A write.
    Square = 1,
    /// A message.
    Triangle = 2,
    /// Control traffic.
    Diamond = 3,
    /// An error.
    Cross = 4,
    /// A request that waits.
    Pip = 5,
    /// Round the chosen request.
    Ring = 6,
}

/// Forms from the bottom to the top: control traffic is the ground that requests move on, what failed is seen first.
const ORDER: [Form; 7] = [Form::Pip, Form::Ring, Form::Diamond, Form::Circle, Form::Square, Form::Triangle, Form::Cross];
/// Different looks that there can be.
const LOOKS: usize = 1 << 13;

/// Form, ink and how it is filled, in the bits that the shader reads: 0 to 3 form, 4 to 8 ink, then the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look(pub u32);

impl Look {
    /// Filled with its ink instead of the ground of cards.
    pub const FILLED: u32 = 1 << 9;
    /// With strokes across.
    pub const HATCHED: u32 = 1 << 10;
    /// What went wrong stays visible when the rest is faint.
    pub const STRONG: u32 = 1 << 11;
    /// Not faint at all.
    pub const FULL: u32 = 1 << 12;

    /// A look.
    pub const fn new(form: Form, ink: Ink, flags: u32) -> Look {
        Look(form as u32 | (ink.index() as u32) << 4 | flags)
    }

    /// Whether it has this form.
    pub const fn is(self, form: Form) -> bool {
        self.0 & 15 == form as u32
    }

    /// The ink's number.
    pub const fn ink(self) -> usize {
        (self.0 >> 4 & 31) as usize
    }

    /// Whether it has this flag.
    pub const fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}

/// One shape: two 32-bit floats (diagram pixels, from the view's corner) and its look, in the machine's order of wasm.
pub type Shape = [u8; 12];

/// The shapes of one frame, the lowest first, what looks alike together. Kept from frame to frame so that nothing is allocated.
#[derive(Default)]
pub struct Shapes {
    list: Vec<Shape>,
    /// By look, in the order in which the looks were first seen.
    alike: Vec<(Look, Vec<Shape>)>,
    /// Where a look is in there, counted from 1.
    places: Vec<u16>,
}

impl Shapes {
    /// All of them.
    pub fn list(&self) -> &[Shape] {
        &self.list
    }

    /// What a shape is: place from the view's corner, and look.
    pub fn read(shape: &Shape) -> (Point, Look) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *shape;
        let place = (f32::from_le_bytes([a, b, c, d]), f32::from_le_bytes([e, f, g, h]));
        ((f64::from(place.0), f64::from(place.1)), Look(u32::from_le_bytes([i, j, k, l])))
    }

    /// Collects what this picture shows, and remembers in the scene where packets are.
    pub fn collect(&mut self, picture: &Picture, scene: &mut Scene, routes: &[Option<&Route>]) {
        scene.packets.clear();
        self.waiting(picture, scene);
        let orders = match picture.colour_by {
            ColourBy::Shard => orders(picture.frame, picture.diagram),
            _ => Vec::new(),
        };
        let corner = (picture.view.x, picture.view.y);
        for packet in &picture.frame.packets {
            let Some(route) = routes.get(packet.link).copied().flatten() else { continue };
            let at = route.place(packet.progress, packet.forward);
            if let Some(request) = packet.request {
                if picture.request == packet.request {
                    self.put(corner, at, Look::new(Form::Ring, Ink::ACCENT, Look::FULL));
                }
                scene.packets.push((at, request));
            }
            self.put(corner, at, look(packet, picture.colour_by.of(packet, picture.frame.now, &orders)));
        }
        self.arrange();
    }

    fn put(&mut self, corner: Point, at: Point, look: Look) {
        self.places.resize(LOOKS, 0);
        let place = &mut self.places[look.0 as usize % LOOKS];
        if *place == 0 {
            self.alike.push((look, Vec::new()));
            *place = self.alike.len() as u16;
        }
        if let Some((_, shapes)) = self.alike.get_mut(usize::from(*place) - 1) {
            shapes.push(shape(corner, at, look));
        }
    }

    /// Lines up what was put, the lowest form first.
    fn arrange(&mut self) {
        self.list.clear();
        for form in ORDER {
            for (_, shapes) in self.alike.iter_mut().filter(|(look, _)| look.is(form)) {
                self.list.append(shapes);
            }
        }
    }

    /// Waiting requests as pips on the entry side.
    fn waiting(&mut self, picture: &Picture, scene: &Scene) {
        let corner = (picture.view.x, picture.view.y);
        for node in picture.frame.nodes.iter().filter(|n| n.queue > 0) {
            let Some(card) = scene.cards.get(&node.id) else { continue };
            let full = node.queue_limit.is_some_and(|limit| node.queue >= limit);
            let look = Look::new(Form::Pip, if full { Ink::BAD } else { Ink::READ }, Look::FULL);
            for i in 0..node.queue.min(PIPS) {
                let (column, row) = ((i / PIP_ROWS) as f64, (i % PIP_ROWS) as f64);
                let at = (card.0 - 8.0 - column * 9.0, card.1 + CARD.1 / 2.0 - 5.0 - (row + 0.5) * 9.0);
                self.put(corner, at, look);
            }
        }
    }
}

fn shape(corner: Point, at: Point, Look(look): Look) -> Shape {
    let ([a, b, c, d], [e, f, g, h]) = (((at.0 - corner.0) as f32).to_le_bytes(), ((at.1 - corner.1) as f32).to_le_bytes());
    let [i, j, k, l] = look.to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

fn look(packet: &Packet, ink: Ink) -> Look {
    let form = match packet.kind {
        PacketKind::Control => Form::Diamond,
        _ if packet.fate == PacketFate::Error => Form::Cross,
        PacketKind::Read => Form::Circle,
        PacketKind::Write => Form::Square,
        PacketKind::Message => Form::Triangle,
    };
    let flags = match packet.fate {
        PacketFate::Reply if packet.kind != PacketKind::Control => Look::FILLED,
        PacketFate::StaleReply => Look::HATCHED | Look::STRONG,
        PacketFate::Error => Look::STRONG,
        _ => 0,
    };
    Look::new(form, ink, flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_together_and_what_failed_on_top() {
        let [circle, filled, cross, pip] = [
            Look::new(Form::Circle, Ink::READ, 0),
            Look::new(Form::Circle, Ink::READ, Look::FILLED),
            Look::new(Form::Cross, Ink::BAD, Look::STRONG),
            Look::new(Form::Pip, Ink::READ, Look::FULL),
        ];
        let mut shapes = Shapes::default();
        for frame in 0..2 {
            for (x, look) in [cross, circle, pip, filled, circle].into_iter().enumerate() {
                shapes.put((0.0, 0.0), (x as f64, 0.0), look);
            }
            shapes.arrange();
            let seen: Vec<(f64, Look)> = shapes.list().iter().map(Shapes::read).map(|(at, look)| (at.0, look)).collect();
            assert_eq!(seen, [(2.0, pip), (1.0, circle), (4.0, circle), (3.0, filled), (0.0, cross)], "frame {frame}");
        }
    }

    #[test]
    fn a_shape_reads_back() {
        let look = Look::new(Form::Cross, Ink::hue(7), Look::STRONG);
        let (place, read) = Shapes::read(&shape((100.0, 50.0), (130.5, 20.25), look));
        assert_eq!((place, read), ((30.5, -29.75), look));
        assert_eq!((read.ink(), read.has(Look::STRONG), read.has(Look::FILLED)), (Ink::hue(7).index(), true, false));
        assert!(read.is(Form::Cross) && !read.is(Form::Circle));
        assert!(Ink::ramp(4).index() < 32, "inks have five bits");
    }
}
