//! A long list of which only the rows in view are in the document.

use std::iter;
use std::ops::Range;

use web_sys::{Element, HtmlElement};
use yew::prelude::*;
use yew::virtual_dom::{Key, VList};

use crate::model::row_heights::RowHeights;
use crate::ui::size_watch::SizeWatch;

/// The height that is assumed until the list was measured.
const FIRST_HEIGHT: f64 = 600.0;
/// How far beyond the visible part rows are kept, in CSS pixels: what a turn of the wheel brings into view is there. While
/// time is scrubbed, each of these rows changes in each frame.
const OVERSCAN: f64 = 160.0;
/// A list that was scrolled as near to its end as this follows its end.
const AT_END: i32 = 24;

/// Properties of [`WindowedList`].
#[derive(Properties, PartialEq)]
pub struct WindowedListProps {
    /// CSS classes of the scrolling element, whose height must be limited by the style sheet.
    pub class: AttrValue,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// Its accessible name.
    pub label: AttrValue,
    /// Its role.
    #[prop_or(AttrValue::Static("log"))]
    pub role: AttrValue,
    /// How many rows there are. Rows come and go at the end; give the list another `key` when it shows other rows.
    pub count: usize,
    /// What a row's height is about, in CSS pixels.
    pub row_height: f64,
    /// Renders a row, which must be exactly one element. The rows in view are rendered again when this changes.
    pub render_row: Callback<usize, Html>,
    /// Whether new rows are shown even if the reader has scrolled away from the end.
    #[prop_or_default]
    pub show_new_rows: bool,
    /// What stands after the last row.
    #[prop_or_default]
    pub children: Html,
}

/// What must outlive a render without causing one.
struct Layout {
    heights: RowHeights,
    width: i32,
    view_height: f64,
    /// Whether the list is kept at its end.
    at_end: bool,
    /// How many rows there were at the last render.
    count: usize,
    /// The rows of the last render.
    rows: Range<usize>,
    /// What is added to a row's number for its key.
    key_shift: i64,
}

/// A scrolling list that keeps rows out of the document that are not in view. It stays at its end while rows come,
/// until its reader scrolls away from it.
#[component]
pub fn WindowedList(props: &WindowedListProps) -> Html {
    let list = use_node_ref();
    let content = use_node_ref();
    let layout = use_mut_ref(|| Layout {
        heights: RowHeights::new(props.row_height),
        width: 0,
        view_height: FIRST_HEIGHT,
        at_end: true,
        count: 0,
        rows: 0..0,
        key_shift: 0,
    });
    let scrolled_to = use_state(|| 0..0);

    let (rows, key_shift, before, after) = {
        let mut layout = layout.borrow_mut();
        layout.heights.set_count(props.count);
        layout.at_end |= props.show_new_rows && props.count > layout.count;
        let rows = if layout.at_end {
            layout.last_rows()
        } else {
            scrolled_to.start.min(props.count)..scrolled_to.end.min(props.count)
        };
        layout.will_render(&rows);
        (
            rows.clone(),
            layout.key_shift,
            layout.heights.height(0..rows.start),
            layout.heights.height(rows.end..props.count),
        )
    };

    {
        let (list, content, layout) = (list.clone(), content.clone(), layout.clone());
        use_effect_with((), move |()| {
            // Scrolled when the browser has laid the rows out: to ask earlier would make it do so twice. The list itself may
            // become smaller: what stands beside it takes room.
            let watched = [list.cast::<Element>(), content.cast()];
            let size_watches = watched.map(|watched| {
                let (list, layout) = (list.clone(), layout.clone());
                SizeWatch::new(&watched?, move || {
                    if let Some(list) = list.cast::<HtmlElement>() {
                        laid_out(&list, &mut layout.borrow_mut());
                    }
                })
            });
            move || drop(size_watches)
        });
    }
    {
        let (list, content, layout, scrolled_to) = (list.clone(), content.clone(), layout.clone(), scrolled_to.clone());
        let count = props.count;
        use_effect(move || {
            let mut layout = layout.borrow_mut();
            let grew = layout.count != count;
            layout.count = count;
            if layout.at_end {
                return;
            }
            let (Some(list), Some(content)) = (list.cast::<HtmlElement>(), content.cast::<Element>()) else { return };
            layout.measure_rows(&content);
            if grew {
                show(&scrolled_to, layout.rows_in_view(&list), &layout);
            }
        });
    }

    let onscroll = {
        let (list, content, layout) = (list.clone(), content.clone(), layout.clone());
        Callback::from(move |_: Event| {
            let (Some(list), Some(content)) = (list.cast::<HtmlElement>(), content.cast::<Element>()) else { return };
            let mut layout = layout.borrow_mut();
            layout.at_end = list.scroll_height() - list.client_height() - list.scroll_top() < AT_END;
            if !layout.at_end {
                layout.measure_rows(&content);
                show(&scrolled_to, layout.rows_in_view(&list), &layout);
            } else if !layout.fills_view() {
                show(&scrolled_to, layout.last_rows(), &layout);
            }
        })
    };

    let children = rows.map(|row| {
        // The key keeps a row's element where the window moves over it.
        Html::from(VList::with_children(vec![props.render_row.emit(row)], Some(Key::from(row as i64 + key_shift))))
    });
    html! {
        <div
            ref={list}
            class={props.class.clone()}
            data-testid={props.testid.clone()}
            role={props.role.clone()}
            aria-label={props.label.clone()}
            tabindex="0"
            {onscroll}
        >
            <div ref={content}>
                <div key="before" style={format!("height:{before:.1}px")} aria-hidden="true"></div>
                { for children }
                <div key="after" style={format!("height:{after:.1}px")} aria-hidden="true"></div>
                <div key="children">{ props.children.clone() }</div>
            </div>
        </div>
    }
}

/// Renders these rows, unless they are rendered already.
fn show(scrolled_to: &UseStateHandle<Range<usize>>, rows: Range<usize>, layout: &Layout) {
    if rows != layout.rows {
        scrolled_to.set(rows);
    }
}

/// Measures the list when the browser has laid out what was rendered, and keeps it at its end. What its rows measure matters
/// only once its reader scrolls away: to measure them after each render would make garbage that the page stops for to collect.
fn laid_out(list: &HtmlElement, layout: &mut Layout) {
    layout.measure_list(list);
    if layout.at_end {
        list.set_scroll_top(list.scroll_height());
    }
}

impl Layout {
    /// Notes what is rendered next. If no row stays, the new rows take the elements of the old ones, one after the other:
    /// to change what they say costs less than to make new ones.
    fn will_render(&mut self, rows: &Range<usize>) {
        if rows.start >= self.rows.end || rows.end <= self.rows.start {
            self.key_shift += self.rows.start as i64 - rows.start as i64;
        }
        self.rows = rows.clone();
    }

    /// The rows to render while the list is at its end.
    fn last_rows(&self) -> Range<usize> {
        self.heights.last(self.view_height + OVERSCAN)
    }

    /// Whether the last rows are rendered, as many as are seen.
    fn fills_view(&self) -> bool {
        let seen = self.heights.last(self.view_height);
        self.rows.start <= seen.start && self.rows.end == seen.end
    }

    /// The rows to render at the place that the list is scrolled to.
    fn rows_in_view(&self, list: &HtmlElement) -> Range<usize> {
        let top = f64::from(list.scroll_top());
        self.heights.between(top - OVERSCAN, top + self.view_height + OVERSCAN)
    }

    /// Measures the list. In a list of another width, rows have other heights.
    fn measure_list(&mut self, list: &HtmlElement) {
        if self.width != list.client_width() {
            self.width = list.client_width();
            self.heights.forget();
        }
        self.view_height = f64::from(list.client_height());
    }

    /// Measures those of the rendered rows that were not measured yet. A row reaches from its own top to the top of the next,
    /// margins included.
    fn measure_rows(&mut self, content: &Element) {
        if self.heights.is_measured(self.rows.clone()) {
            return;
        }
        let first = content.first_element_child().and_then(|before| before.next_element_sibling());
        let elements = iter::successors(first, Element::next_element_sibling).take(self.rows.len() + 1);
        let tops: Vec<f64> = elements.map(|element| element.get_bounding_client_rect().top()).collect();
        for ((row, top), next_top) in self.rows.clone().zip(&tops).zip(tops.iter().skip(1)) {
            if !self.heights.is_measured(row..row + 1) {
                self.heights.measure(row, next_top - top);
            }
        }
    }
}
