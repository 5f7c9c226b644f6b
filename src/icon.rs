//! Icons: Lucide's drawings, by name.
//! Knows no use of them.

macro_rules! icons {
    ($($name:literal)*) => {
        /// The drawing with this name; a plain box if there is none.
        pub fn svg(name: &str) -> &'static str {
            match name {
                $($name => include_str!(concat!("../assets/icons/", $name, ".svg")),)*
                _ => include_str!("../assets/icons/box.svg"),
            }
        }
    };
}

icons! {
    "arrow-right" "check" "chart-line" "chevron-left" "chevron-right" "circle-question-mark" "clipboard-copy" "clock" "copy" "database" "database-backup"
    "dices" "download" "ellipsis" "eraser" "file-plus-2" "file-question-mark" "folder-open" "gauge" "history" "image-down" "inbox" "info" "languages" "layers" "layout-grid" "link"
    "maximize" "memory-stick" "minus" "network" "pause" "pin" "play" "plus" "redo-2" "rotate-ccw" "scale" "search"
    "server" "share-2" "spline" "split" "square-dashed-mouse-pointer" "step-back" "step-forward" "sun-moon" "trash-2" "triangle-alert" "turtle" "undo-2"
    "unplug" "users" "waypoints" "wrench" "x" "zap" "zap-off" "zoom-in" "zoom-out"

    "align-center-horizontal" "align-center-vertical" "align-end-horizontal" "align-end-vertical" "align-horizontal-distribute-center"
    "align-start-horizontal" "align-start-vertical" "align-vertical-distribute-center" "audio-lines" "clipboard-paste" "list-tree"
    "earth" "fold-vertical" "git-branch-plus" "group" "locate" "map" "map-pin" "package" "palette" "pencil" "scan" "scissors" "sliders-horizontal" "square-dashed" "sticky-note" "ungroup" "workflow"
}
