//! The report of the lessons: kept while they are taken, shown, saved and printed.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use psyncscope_lab::Link;
use psyncscope_lab::lesson::LessonReport;
use psyncscope_lab::lesson::course::is_id;
use psyncscope_lab::limits;
use psyncscope_lab::link::View;
use yew::prelude::*;

use crate::app::{App, Msg};
use crate::intent::Overlay;
use crate::lesson::address::LESSON;
use crate::lesson::report::{ReportDialog, ReportRow};
use crate::ui::{dom, files};

impl App {
    /// Keeps what was done in the lesson on the page.
    pub(super) fn keep_lesson(&mut self) {
        let Some(reading) =
            self.session.branches.reading.as_ref().filter(|reading| reading.aside.is_none() && reading.is_kept)
        else {
            return;
        };
        let Some(met) = self.session.run.borrow().in_lesson().map(|here| here.progress.met()) else { return };
        let (id, all, answers) = (reading.lesson.id.clone(), reading.lesson.blocks.len(), reading.first.clone());
        // What nobody has begun is not kept. Of a challenge the one block may be all that there is.
        if reading.reached == 0 && answers.is_empty() && self.session.run.borrow().lab().actions().is_empty() {
            return;
        }
        self.session.branches.record(self.session.run.borrow().lab(), self.ui.lang);
        let tree = self.session.branches.tree();
        let link = Link::new(tree.clone(), View::default()).map(|link| link.to_text());
        // A session that is too long for a link is kept as a saved file.
        let session = link.ok().filter(|link| link.len() <= limits::LINK_CHARS_MAX).unwrap_or_else(|| tree.to_json());
        self.course.kept.note(LessonReport { lesson: id, session, answers }, met, all);
    }

    /// Shows the report. Its sessions are replayed one after the other.
    pub(super) fn open_report(&mut self, ctx: &Context<Self>) {
        self.course.kept.refresh();
        self.course.graded.clear();
        let ids: Vec<String> = self.course.kept.report.lessons.iter().map(|lesson| lesson.lesson.clone()).collect();
        // Others may have been put beside those of the course.
        for id in ids.iter().filter(|id| is_id(id)) {
            self.fetch_lesson(ctx, id);
        }
        self.ui.overlay = Some(Overlay::Report);
        self.ui.error = None;
        self.grade_soon(ctx);
    }

    pub(super) fn grade_soon(&self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        Timeout::new(0, move || link.send_message(Msg::Grade)).forget();
    }

    /// Replays the next session of the report whose lesson is here.
    pub(super) fn grade_next(&mut self, ctx: &Context<Self>) {
        if self.ui.overlay != Some(Overlay::Report) {
            return;
        }
        let next = self.course.kept.report.lessons.iter().find_map(|report| {
            let lesson =
                self.course.known(&report.lesson).filter(|_| !self.course.graded.contains_key(&report.lesson))?;
            Some((report.lesson.clone(), lesson.grade(report)))
        });
        if let Some((id, graded)) = next {
            self.course.graded.insert(id, Rc::new(graded));
            self.grade_soon(ctx);
        }
    }

    pub(super) fn save_report(&self) {
        files::save_text("psyncscope-report.json", "application/json", &self.course.kept.report.to_json());
    }

    pub(super) fn report_dialog(&self) -> Html {
        let row = |report: &LessonReport| {
            let failed = self.course.has_failed(&report.lesson);
            ReportRow {
                id: report.lesson.clone(),
                lesson: self.course.known(&report.lesson).cloned(),
                failed,
                graded: self.course.graded.get(&report.lesson).cloned(),
                address: address(report, !failed),
            }
        };
        let report = &self.course.kept.report;
        let rows: Vec<ReportRow> = report.lessons.iter().map(row).collect();
        html! { <ReportDialog student={report.student.clone()} {rows} /> }
    }
}

/// The address that opens a session, in its lesson if that is here; without the session, if that is too long for an address.
fn address(report: &LessonReport, is_here: bool) -> String {
    let link = if report.session.starts_with('#') { &*report.session } else { "" };
    let lesson = if is_here { format!("?{LESSON}={}", report.lesson) } else { String::new() };
    format!("{}{lesson}{link}", dom::page_address())
}
