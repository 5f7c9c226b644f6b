//! Draws the small shapes with WebGL2: one call for all of them, however many.
//! Knows numbers and a canvas; what the shapes mean is said elsewhere.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, WebGl2RenderingContext as Context, WebGlProgram, WebGlUniformLocation};

use super::shapes::Shape;
use crate::app::canvas::ink::INKS;

const VERTEX: &str = include_str!("shape.vert");
const FRAGMENT: &str = include_str!("shape.frag");

/// What is the same for all shapes of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Size of the canvas in CSS pixels.
    pub size: (f64, f64),
    /// Device pixels per CSS pixel.
    pub ratio: f64,
    /// CSS pixels per diagram pixel.
    pub zoom: f64,
    /// How large shapes are.
    pub scale: f64,
    /// How strongly packets are drawn.
    pub strength: f64,
}

/// Hears that the context is lost: only who has asked for it gets it back.
type Lost = Closure<dyn FnMut(web_sys::Event)>;

/// The drawing of one canvas.
pub struct Gl {
    canvas: HtmlCanvasElement,
    context: Context,
    /// `None` while the context is lost.
    ready: Option<Ready>,
    lost: Lost,
}

/// What a context holds for us, and loses.
struct Ready {
    camera: Option<WebGlUniformLocation>,
    sizes: Option<WebGlUniformLocation>,
    palette: Option<WebGlUniformLocation>,
    /// Whether the palette is that of the page.
    coloured: bool,
    /// Whether anything is on the canvas.
    drawn: bool,
}

impl Gl {
    /// `None` where the browser has no WebGL2 for this canvas.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Gl> {
        let options = js_sys::Object::new();
        for (name, value) in [("antialias", false), ("depth", false), ("preserveDrawingBuffer", true)] {
            let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
        }
        let context: Context = canvas.get_context_with_context_options("webgl2", &options).ok()??.dyn_into().ok()?;
        let ready = Ready::new(&context)?;
        let lost = Lost::new(|event: web_sys::Event| event.prevent_default());
        let _ = canvas.add_event_listener_with_callback("webglcontextlost", lost.as_ref().unchecked_ref());
        Some(Gl { canvas: canvas.clone(), context, ready: Some(ready), lost })
    }

    /// The colours are other ones now.
    pub fn recolour(&mut self) {
        if let Some(ready) = &mut self.ready {
            ready.coloured = false;
        }
    }

    /// Draws these, the first at the bottom. False if the context is lost: then nothing is seen.
    pub fn draw(&mut self, shapes: &[Shape], setting: Setting, colours: impl FnOnce() -> Vec<f32>) -> bool {
        if self.context.is_context_lost() {
            self.ready = None;
            return false;
        }
        if self.ready.is_none() {
            self.ready = Ready::new(&self.context);
        }
        let Some(ready) = &mut self.ready else { return false };
        let gl = &self.context;
        if shapes.is_empty() && !ready.drawn {
            return true;
        }
        gl.viewport(0, 0, self.canvas.width() as i32, self.canvas.height() as i32);
        gl.clear(Context::COLOR_BUFFER_BIT);
        ready.drawn = !shapes.is_empty();
        if !ready.drawn {
            return true;
        }
        if !ready.coloured {
            let mut palette = colours();
            palette.resize(INKS * 3, 0.5);
            gl.uniform3fv_with_f32_array(ready.palette.as_ref(), &palette);
            ready.coloured = true;
        }
        let Setting { size, ratio, zoom, scale, strength } = setting;
        let (x, y) = (2.0 * zoom / size.0.max(1.0), 2.0 * zoom / size.1.max(1.0));
        gl.uniform4f(ready.camera.as_ref(), x as f32, y as f32, (2.0 / size.0.max(1.0)) as f32, (2.0 / size.1.max(1.0)) as f32);
        gl.uniform4f(ready.sizes.as_ref(), scale as f32, zoom as f32, ratio as f32, strength as f32);
        gl.buffer_data_with_u8_array(Context::ARRAY_BUFFER, shapes.as_flattened(), Context::STREAM_DRAW);
        gl.draw_arrays_instanced(Context::TRIANGLE_STRIP, 0, 4, shapes.len() as i32);
        true
    }
}

impl Drop for Gl {
    fn drop(&mut self) {
        let _ = self.canvas.remove_event_listener_with_callback("webglcontextlost", self.lost.as_ref().unchecked_ref());
    }
}

impl Ready {
    /// Makes what the context needs. Everything stays bound: nobody else draws there.
    fn new(gl: &Context) -> Option<Ready> {
        let program = program(gl)?;
        gl.use_program(Some(&program));
        gl.bind_vertex_array(Some(&gl.create_vertex_array()?));
        gl.bind_buffer(Context::ARRAY_BUFFER, Some(&gl.create_buffer()?));
        let stride = std::mem::size_of::<Shape>() as i32;
        gl.vertex_attrib_pointer_with_i32(0, 2, Context::FLOAT, false, stride, 0);
        gl.vertex_attrib_i_pointer_with_i32(1, 1, Context::UNSIGNED_INT, stride, 8);
        for attribute in [0, 1] {
            gl.enable_vertex_attrib_array(attribute);
            gl.vertex_attrib_divisor(attribute, 1);
        }
        gl.enable(Context::BLEND);
        gl.blend_func(Context::ONE, Context::ONE_MINUS_SRC_ALPHA);
        let uniform = |name: &str| gl.get_uniform_location(&program, name);
        Some(Ready { camera: uniform("camera"), sizes: uniform("sizes"), palette: uniform("palette"), coloured: false, drawn: true })
    }
}

fn program(gl: &Context) -> Option<WebGlProgram> {
    let program = gl.create_program()?;
    for (kind, source) in [(Context::VERTEX_SHADER, VERTEX), (Context::FRAGMENT_SHADER, FRAGMENT)] {
        let shader = gl.create_shader(kind)?;
        gl.shader_source(&shader, source);
        gl.compile_shader(&shader);
        gl.attach_shader(&program, &shader);
    }
    gl.bind_attrib_location(&program, 0, "at");
    gl.bind_attrib_location(&program, 1, "look");
    gl.link_program(&program);
    let linked = gl.get_program_parameter(&program, Context::LINK_STATUS).as_bool() == Some(true);
    linked.then_some(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shader_has_a_place_for_every_ink() {
        assert!(VERTEX.contains(&format!("palette[{INKS}]")));
    }
}
