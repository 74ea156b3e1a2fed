// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/inspector.h"

#include "ui/bridge/finder.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/forms/teach_panel.h"
#include "ui/forms/text_forms.h"
#include "ui/models/progress_text.h"
#include "ui/pages/page.h"
#include "ui/pages/schedule_preview.h"
#include "ui/shell/action_trial.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace ui::shell {

using style::Label;
using style::theme;
using style::Tone;

namespace {

constexpr int inspectorMargin = 24;

class Hairline final : public QWidget {
public:
    explicit Hairline(QWidget* parent) : QWidget(parent) { setFixedHeight(1); }

protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), theme().line); }
};

// ⚡ may change while it trains
class Legend final : public QWidget {
public:
    explicit Legend(QWidget* parent) : QWidget(parent) { setFixedHeight(24); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setFont(theme().body());
        painter.drawPixmap(-3, 4, style::iconPixmap(QStringLiteral("live"), 16, theme().accent, devicePixelRatioF()));
        painter.setPen(theme().muted);
        painter.drawText(rect().adjusted(17, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         QObject::tr("may change while it trains"));
    }
};

}

SnugScroll::SnugScroll(QWidget* parent) : QScrollArea(parent)
{
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setFrameShape(QFrame::NoFrame);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    viewport()->setAutoFillBackground(false);
    verticalScrollBar()->installEventFilter(this);
}

QSize SnugScroll::sizeHint() const
{
    if (!widget())
        return {};
    const int wide = viewport()->width();
    return {Inspector::width,
            widget()->hasHeightForWidth() ? widget()->heightForWidth(wide) : widget()->sizeHint().height()};
}

bool SnugScroll::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == widget() && event->type() == QEvent::LayoutRequest)
        updateGeometry();
    // The bar stands in the margin, so that what is beside it stays where it was.
    if (watched == verticalScrollBar() && (event->type() == QEvent::Show || event->type() == QEvent::Hide) &&
        widget() && widget()->layout())
        widget()->layout()->setContentsMargins(
            0, 0, inspectorMargin - (event->type() == QEvent::Show ? verticalScrollBar()->sizeHint().width() : 0), 0);
    return QScrollArea::eventFilter(watched, event);
}

Inspector::Inspector(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_heading(new Label({}, Tone::Heading, this)),
      m_place(new Label({}, Tone::Muted, this)),
      m_line(new Hairline(this)),
      m_scroll(new SnugScroll(this)),
      m_form(new forms::SchemaForm(bench.document())),
      m_teach(new forms::TeachPanel(this)),
      m_empty(new Label({}, Tone::Muted, this)),
      m_legend(new Legend(this))
{
    setFixedWidth(width);
    setAccessibleName(tr("Inspector"));
    m_heading->setFixedHeight(26);
    m_place->setFixedHeight(26);
    m_place->setElided(Qt::ElideMiddle);
    m_empty->setWordWrap(true);
    auto* held = new QWidget(m_scroll);
    m_content = new QVBoxLayout(held);
    m_content->setContentsMargins(0, 0, inspectorMargin, 0);
    m_content->setSpacing(0);
    m_content->addWidget(m_form);
    m_scroll->setWidget(held);
    held->setAutoFillBackground(false);
    held->installEventFilter(m_scroll);
    auto* column = m_column = new QVBoxLayout(this);
    column->setSpacing(0);
    const auto inset = [&](QWidget* widget) {
        auto* line = new QHBoxLayout;
        line->setContentsMargins(0, 0, inspectorMargin, 0);
        line->addWidget(widget);
        column->addLayout(line);
    };
    inset(m_heading);
    inset(m_place);
    column->addSpacing(7);
    inset(m_line);
    column->addSpacing(7);
    column->addWidget(m_scroll);
    column->addSpacing(8);
    inset(m_teach);
    inset(m_empty);
    column->addStretch(1);
    inset(m_legend);
    const auto finds = [&](const QString& text, const QString& tip, bridge::Finder::Kind kind) {
        auto* button = new QPushButton(text);
        button->setProperty("flat", true);
        button->setToolTip(tip);
        connect(button, &QPushButton::clicked, this, [&bench, kind] { bench.finder().start(kind); });
        return button;
    };
    auto* schedule = new QWidget;
    auto* under = new QVBoxLayout(schedule);
    under->setContentsMargins(0, 0, 0, 8);
    under->setSpacing(4);
    under->addWidget(new pages::SchedulePreview(bench));
    under->addWidget(finds(tr("Find a rate…"),
                           tr("The rate range test: a hundred steps aside with a rate that grows, from the present "
                              "weights. Nothing of the run changes."),
                           bridge::Finder::Kind::Rate),
                     0, Qt::AlignLeft);
    m_form->setItemTool("actions", [this](const QString& path) { return new ActionTrial(m_bench.document(), path); });
    m_form->setFooter(QStringLiteral("train.schedule"), schedule);
    auto* batch = finds(tr("Find a batch size…"),
                        tr("A few steps aside with sizes that double: rows a second and memory of each."),
                        bridge::Finder::Kind::BatchSize);
    auto* batchLine = new QWidget;
    auto* underBatch = new QVBoxLayout(batchLine);
    underBatch->setContentsMargins({});
    underBatch->addWidget(batch, 0, Qt::AlignLeft);
    m_form->setFooter(QStringLiteral("train.batch_size"), batchLine);
    connect(m_form, &forms::SchemaForm::fieldFocused, this,
            [this](const core::base::Field& field) { m_teach->teach(field); });
    connect(m_form, &forms::SchemaForm::liveEdited, &bench, &bridge::Workbench::edit);
    connect(&bench, &bridge::Workbench::frontChanged, this, &Inspector::showRun);
    connect(&bench, &bridge::Workbench::stateChanged, this, &Inspector::showRun);
    connect(&bench.travel(), &bridge::TimeTravel::moved, this, &Inspector::showRun);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &Inspector::refresh);
}

void Inspector::show(pages::Page* page)
{
    if (m_page)
        disconnect(m_page, nullptr, this, nullptr);
    m_page = page;
    m_teach->clear();
    if (page) {
        connect(page, &pages::Page::inspectedChanged, this, &Inspector::refresh);
        connect(page, &pages::Page::wanted, this, [this](const QString& path) { m_form->showItem(path); });
    }
    m_edits = -1;
    refresh();
    showRun();
    m_scroll->verticalScrollBar()->setValue(0);
}

void Inspector::refresh()
{
    const QStringList paths = m_page ? m_page->inspected() : QStringList();
    QWidget* panel = m_page ? m_page->inspectorPanel() : nullptr;
    if (panel != m_panel) {
        if (m_panel) {
            m_content->removeWidget(m_panel);
            m_panel->hide();
        }
        m_panel = panel;
        if (panel) {
            m_content->insertWidget(0, panel);
            panel->show();
        }
    }
    const bool form = !paths.isEmpty();
    if (paths != m_form->paths()) {
        m_teach->clear();
        m_form->setPaths(paths);
    }
    m_form->setVisible(form);
    for (QWidget* part : {static_cast<QWidget*>(m_heading), static_cast<QWidget*>(m_place), m_line})
        part->setVisible(form);
    m_legend->setVisible(form && m_form->hasLive());
    m_scroll->setVisible(form || panel);
    // A panel alone has the whole side; with a form it takes what it needs.
    m_scroll->setSizePolicy(QSizePolicy::Expanding, form ? QSizePolicy::Maximum : QSizePolicy::Expanding);
    m_column->setStretchFactor(m_scroll, form ? 0 : 1000);
    m_column->setContentsMargins(inspectorMargin, form ? 12 : 0, 0, 8);
    m_empty->setVisible(!form && !panel);
    m_empty->setText(tr("What is selected on the page will stand here."));
    if (!form)
        return;
    const QString first = paths.front();
    m_heading->setText(forms::humanized(first.section(QLatin1Char('.'), -1).toStdString()));
    const models::RunModel* run = m_bench.front();
    const QString of = run && m_bench.training()
                           ? run->id()
                           : models::experimentTitle(m_bench.document().name(), m_bench.document().resolved());
    // Where both do not fit, what the fields are for is kept whole.
    const QString tail = of.isEmpty() ? first : QStringLiteral(" · ") + first;
    const QFontMetrics metrics(theme().body());
    m_place->setText(
        metrics.elidedText(of, Qt::ElideRight, width - 2 * inspectorMargin - metrics.horizontalAdvance(tail)) + tail);
    m_place->setToolTip(of + tail);
}

void Inspector::showRun()
{
    const models::RunModel* run = m_bench.front();
    const bool training = m_bench.training() && !m_bench.travel().away();
    const qsizetype edits = run ? qsizetype(run->edits().size()) : 0;
    if (edits != m_edits || training != m_training) {
        m_edits = edits;
        m_training = training;
        forms::RunNotes notes{training};
        if (run && training)
            notes.spec = run->spec();
        if (run)
            for (const auto& edit : run->edits())
                notes.editedAt[QString::fromStdString(edit.path)] = edit.step;
        m_form->setRun(std::move(notes));
    }
    refresh();
}

bool Inspector::focusField(const QString& path)
{
    if (!m_form->focusField(path))
        return false;
    m_scroll->ensureWidgetVisible(m_form->row(path));
    return true;
}

void Inspector::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().surface);
    painter.fillRect(0, 0, 1, height(), theme().line);
}

}
