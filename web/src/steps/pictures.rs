//! The pictures of a function: its state so far in the turn, drawn.

use psyncscope_lab::engine::event::ReplicaState;
use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::steps::{IdsPicture, MasterPicture, Picture, ReplicaPicture, RingPicture};
use yew::prelude::*;

use crate::ui::chip::chip;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::rich::{Fill, rich};

/// The radius of the ring's middle line, in units of its drawing.
const RADIUS: f64 = 44.0;

/// Properties of [`Pictures`].
#[derive(Properties, PartialEq)]
pub struct PicturesProps {
    /// The pictures.
    pub pictures: Vec<Picture>,
}

/// The pictures, one below the other. What changes its place from one step to the next moves there.
#[component]
pub fn Pictures(props: &PicturesProps) -> Html {
    let ui = use_ui();
    let pictures = props.pictures.iter().map(|picture| match picture {
        Picture::Ring(ring) => ring_html(ring, &ui),
        Picture::Ids(ids) => ids_html(ids, &ui),
        Picture::Master(master) => master_html(master, &ui),
        Picture::Replicas(replicas) => html! {
            <ul class="picture picture-replicas" data-testid="picture-replicas">
                { for replicas.iter().map(|replica| replica_html(replica, &ui)) }
            </ul>
        },
    });
    html! { <div class="pictures">{ for pictures }</div> }
}

/// The ring, the pieces copied so far, and where the next byte goes.
fn ring_html(ring: &RingPicture, ui: &UiContext) -> Html {
    let t = ui.t();
    let size = ring.size.max(1);
    let pieces = ring.pieces.iter().enumerate().map(|(nth, &(at, len))| {
        html! {
            <circle
                key={nth}
                class={if nth % 2 == 0 { "piece" } else { "piece piece-second" }}
                r={RADIUS.to_string()}
                pathLength={size.to_string()}
                stroke-dasharray={format!("{len} {}", size - len)}
                stroke-dashoffset={(-at).to_string()}
            />
        }
    });
    let words = ring.pieces.iter().enumerate().map(|(nth, &(at, len))| {
        html! {
            <li key={nth} class={(nth % 2 == 1).then_some("piece-second")}>
                { rich(t.picture_piece, &|slot| Fill::from(if slot == "n" { len } else { at })) }
            </li>
        }
    });
    let turn = format!("transform:rotate({:.2}deg)", ring.idx as f64 / size as f64 * 360.0);
    html! {
        <div class="picture picture-ring" data-testid="picture-ring" data-idx={ring.idx.to_string()}>
            <svg viewBox="-64 -64 128 128" aria-hidden="true">
                <g transform="rotate(-90)">
                    <circle class="ring-empty" r={RADIUS.to_string()} />
                    { for pieces }
                    <path class="ring-hand" style={turn} d="M30 0H60" />
                </g>
                <text y="-2">{ "idx" }</text>
                <text class="ring-idx-number" y="14">{ ring.idx.to_string() }</text>
            </svg>
            <div>
                <p>{ rich(t.picture_bytes, &|_| Fill::from(ring.bytes)) }</p>
                <ol>{ for words }</ol>
            </div>
        </div>
    }
}

/// `replid` and `replid2`, and where the second ends.
fn ids_html(ids: &IdsPicture, ui: &UiContext) -> Html {
    let sum = (ids.replid2.is_some() && ids.second == ids.offset.next())
        .then(|| html! { <span class="faint">{ " = master_repl_offset + 1" }</span> });
    html! {
        <dl class="picture picture-ids" data-testid="picture-ids">
            <dt>{ "replid" }</dt><dd>{ chip(&ids.replid, ui) }</dd>
            <dt>{ "replid2" }</dt>
            <dd>
                if let Some(id) = &ids.replid2 {
                    { chip(id, ui) }
                } else {
                    <i>{ ui.t().steps_none }</i>
                }
            </dd>
            <dt>{ "second_replid_offset" }</dt>
            <dd><span class="num">{ ids.second.to_string() }</span>{ sum.unwrap_or_default() }</dd>
        </dl>
    }
}

/// The link: in `master`, in `cached_master`, or nowhere.
fn master_html(master: &MasterPicture, ui: &UiContext) -> Html {
    let place = match (master.active, master.cached) {
        (_, Some(_)) => "in-cached",
        (true, None) => "in-master",
        (false, None) => "in-none",
    };
    let offset = master.reploff.filter(|_| place != "in-none");
    let id = |id: &ReplId| html! { <>{ chip(id, ui) }{ " " }</> };
    html! {
        <div class={classes!("picture", "picture-master", place)} data-testid="picture-master" data-place={place}>
            <div class="master-slot">
                <code>{ "master" }</code>
                <i>{ if place == "in-master" { "" } else { "NULL" } }</i>
            </div>
            <div class="master-slot">
                <code>{ "cached_master" }</code>
                <i>{ if place == "in-cached" { "" } else { "NULL" } }</i>
            </div>
            <div class="master-link">
                { master.cached.as_ref().map(id).unwrap_or_default() }
                if let Some(offset) = offset {
                    <span class="num">{ format!("reploff {offset}") }</span>
                }
            </div>
        </div>
    }
}

/// A replica: its four states, and the output that waits for it.
fn replica_html(replica: &ReplicaPicture, ui: &UiContext) -> Html {
    let t = ui.t();
    let states = ReplicaState::ALL.iter().map(|state| {
        let name = state.name();
        let here = name == replica.state;
        html! { <li key={name} class={here.then_some("here")} aria-current={here.then_some("true")}>{ name }</li> }
    });
    // A buffer of a kilobyte fills the bar; a longer one is told by its number.
    let width = format!("width:{}%", (replica.pending as f64 / 10.24).min(100.0));
    html! {
        <li key={replica.name.clone()} class={replica.current.then_some("current")}>
            <code>{ &replica.name }</code>
            <ol class="replica-states">{ for states }</ol>
            <div class="replica-buffer">
                <span class="buffer-bar"><i style={width}></i></span>
                { rich(t.picture_buffer, &|_| Fill::from(replica.pending as i64)) }
            </div>
        </li>
    }
}
