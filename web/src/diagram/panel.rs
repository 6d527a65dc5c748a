//! The sequence diagram: hosts as columns, time downwards, in step with the stage.

use psyncscope_lab::diagram::layout::Place;
use psyncscope_lab::diagram::{Detail, DiagramCache, Item};
use psyncscope_lab::format::{clock, duration};
use psyncscope_lab::sim::frame::{SimTime, StreamBytes};
use web_sys::Element;
use yew::prelude::*;

use crate::app::run_ref::RunRef;
use crate::diagram::arrow::DiagramArrow;
use crate::diagram::item::{ItemState, on_arrows};
use crate::diagram::mark::DiagramMark;
use crate::i18n::fill;
use crate::intent::{Intent, Picture, SavedFile};
use crate::model::diagram::{DiagramView, TIMES, y};
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::lit::use_lit;
use crate::ui::select::Select;
use crate::ui::size_watch::SizeWatch;

/// The width and the height of the panel until they are known, in pixels.
const SIZE: (f64, f64) = (380.0, 300.0);
/// How far down in the panel the moment shown is kept: what comes next is seen below it.
const NOW_AT: f64 = 0.72;

/// The run and the moment that the diagram is about.
#[derive(Clone, PartialEq)]
pub struct DiagramSource {
    /// The run.
    pub run: RunRef,
    /// The moment: when its frame was made.
    pub at: SimTime,
    /// How many frames were recorded.
    pub recorded: u64,
}

/// Properties of [`DiagramPanel`].
#[derive(Properties, PartialEq)]
pub struct DiagramPanelProps {
    /// What it shows.
    pub source: DiagramSource,
    /// How much of it.
    pub detail: Detail,
}

/// The diagram, with what chooses its detail and saves it.
#[component]
pub fn DiagramPanel(props: &DiagramPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let lit = use_lit();
    // What was looked up, for as long as the run is the same.
    let cache = use_mut_ref(|| (props.source.run.clone(), DiagramCache::default()));
    let scroller = use_node_ref();
    let size = use_state_eq(|| SIZE);
    {
        let size = size.setter();
        use_effect_with(scroller.clone(), move |scroller| {
            let watch = scroller.cast::<Element>().and_then(|element| {
                let watched = element.clone();
                SizeWatch::new(&element, move || {
                    size.set((f64::from(watched.client_width()), f64::from(watched.client_height())));
                })
            });
            move || drop(watch)
        });
    }
    let (room, height) = *size;
    let view = use_memo((props.source.clone(), props.detail, ui.lang, room), |(source, detail, lang, room)| {
        let mut cache = cache.borrow_mut();
        if cache.0 != source.run {
            *cache = (source.run.clone(), DiagramCache::default());
        }
        let run = source.run.borrow();
        DiagramView::new((run.lab(), run.index()), source.at, *detail, *lang, &mut cache.1, *room)
    });
    use_effect_with((view.now, height, scroller.clone()), |(now, height, scroller)| {
        if let Some(element) = scroller.cast::<Element>() {
            let top = now - height * NOW_AT;
            element.set_scroll_top(top.max(0.0).round() as i32);
        }
    });
    let onselect = ui.choose(&Detail::ALL, Intent::SetDiagramDetail);
    let entries = [t.diagram_overview, t.diagram_messages, t.diagram_segments].map(AttrValue::from).to_vec();
    let selected = Detail::ALL.iter().position(|&detail| detail == props.detail).unwrap_or(0);
    let save = |file, label: &'static str, name: &'static str| {
        let (onclick, testid) = (ui.click(Intent::Save(file)), format!("diagram-{name}"));
        html! { <Button class="button small" {label} {testid} {onclick}>{ name }</Button> }
    };
    html! {
        <div class="diagram">
            <div class="diagram-bar">
                <Select label={t.diagram_detail} testid="diagram-detail" {entries} {selected} {onselect} />
                { save(SavedFile::Svg(Picture::Diagram), t.diagram_save_svg, "SVG") }
                { save(SavedFile::Mermaid, t.diagram_save_mermaid, "Mermaid") }
            </div>
            <div class="diagram-scroll" ref={scroller} data-testid="diagram">
                <div class="diagram-names" style={format!("width:{:.0}px", view.width())}>
                    { for view.diagram.columns.iter().enumerate().map(|(place, column)| html! {
                        <b key={column.host.0} style={format!("left:{:.1}px", view.x(place))}>{ column.name.to_string() }</b>
                    }) }
                </div>
                if view.from.0 > 0 {
                    <p class="faint diagram-from">{ fill(t.diagram_from, &[("at", &clock(view.from))]) }</p>
                }
                if view.diagram.items.is_empty() {
                    <p class="faint">{ t.diagram_empty }</p>
                }
                { drawing(&view, t.tab_diagram, lit, &ui) }
            </div>
        </div>
    }
}

fn drawing(view: &DiagramView, label: &'static str, lit: Option<StreamBytes>, ui: &UiContext) -> Html {
    let (width, height) = (view.width(), view.height());
    let name = |host| {
        let column = view.diagram.column(host).map(|place| &view.diagram.columns[place]);
        AttrValue::from(column.map(|column| column.name.to_string()).unwrap_or_default())
    };
    let items = view.items().enumerate().map(|(nth, (item, place, timed))| {
        let state = ItemState {
            nth,
            later: view.last.is_none_or(|last| nth > last),
            reached: nth == view.last.unwrap_or(0),
            timed,
        };
        match (item, place) {
            (Item::Arrow(arrow), Place::Arrow { from, to }) => html! {
                <DiagramArrow
                    key={format!("p{}", arrow.packet)}
                    arrow={arrow.clone()}
                    text={view.fitting(&arrow.text(), view.column_width())}
                    from={name(arrow.from)}
                    to={name(arrow.to)}
                    start={(view.x_of(arrow.from), y(from))}
                    end={(view.x_of(arrow.to), y(to))}
                    lit={lit.zip(arrow.stream).is_some_and(|(lit, stream)| lit.overlaps(&stream))}
                    {state}
                />
            },
            (Item::Mark(mark), Place::Mark(line)) => {
                let other = mark.other.unwrap_or(mark.host);
                let nodes = match mark.other {
                    Some(other) => AttrValue::from(format!("{}, {}", name(mark.host), name(other))),
                    None => name(mark.host),
                };
                html! {
                    <DiagramMark
                        key={format!("e{}", mark.entry)}
                        mark={mark.clone()}
                        text={view.fitting(&mark.text(), view.mark_room(mark.host))}
                        {nodes}
                        at={(f64::midpoint(view.x_of(mark.host), view.x_of(other)), y(line))}
                        between={(TIMES, width - 2.0)}
                        lit={lit.zip(mark.stream).is_some_and(|(lit, stream)| lit.overlaps(&stream))}
                        {state}
                    />
                }
            }
            // The layout places each item as what it is.
            _ => Html::default(),
        }
    });
    html! {
        <svg
            width={format!("{width:.0}")}
            height={format!("{height:.0}")}
            role="group"
            aria-label={label}
            onkeydown={on_arrows(view.diagram.items.len())}
            onpointerleave={ui.dispatch.reform(|_: PointerEvent| Intent::Light(None))}
            onfocusout={ui.dispatch.reform(|_: FocusEvent| Intent::Light(None))}
        >
            <g class="diagram-lives">
                { for view.diagram.columns.iter().enumerate().map(|(place, column)| {
                    let x = format!("{:.1}", view.x(place));
                    html! { <line key={column.host.0} x1={x.clone()} x2={x} y1="0" y2={format!("{height:.0}")} /> }
                }) }
            </g>
            <line class="diagram-now" x1={TIMES.to_string()} x2={format!("{width:.0}")}
                y1={format!("{:.1}", view.now)} y2={format!("{:.1}", view.now)} data-testid="diagram-now" />
            { for view.layout.quiet.iter().map(|quiet| html! {
                <text class="diagram-quiet" x={format!("{:.1}", f64::midpoint(TIMES, width))}
                    y={format!("{:.1}", y(quiet.y) + 4.0)} text-anchor="middle">{ format!("… {} …", duration(quiet.us)) }</text>
            }) }
            { for items }
        </svg>
    }
}
