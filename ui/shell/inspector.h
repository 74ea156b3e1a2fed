// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace ui::bridge {
class Workbench;
}
namespace ui::forms {
class SchemaForm;
class TeachPanel;
}
namespace ui::pages {
class Page;
class SchedulePreview;
}
namespace ui::style {
class Label;
}
class QVBoxLayout;

namespace ui::shell {

/// A scroll area that is as high as what it holds while there is room.
class SnugScroll final : public QScrollArea {
    Q_OBJECT

public:
    explicit SnugScroll(QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

/// The right side of the window: what the page in front says about itself, and the form of what it is about. The
/// focused field teaches below it.
class Inspector final : public QWidget {
    Q_OBJECT

public:
    static constexpr int width = 256;

    explicit Inspector(bridge::Workbench& bench, QWidget* parent = nullptr);
    void show(pages::Page* page);
    forms::SchemaForm& form() { return *m_form; }
    /// Brings a field into view and gives it the keyboard; false if it is not here.
    bool focusField(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();
    void showRun();

    bridge::Workbench& m_bench;
    pages::Page* m_page = nullptr;
    QWidget* m_panel = nullptr;
    style::Label* m_heading;
    style::Label* m_place;
    QWidget* m_line;
    SnugScroll* m_scroll;
    QVBoxLayout* m_column;
    QVBoxLayout* m_content;
    forms::SchemaForm* m_form;
    forms::TeachPanel* m_teach;
    style::Label* m_empty;
    QWidget* m_legend;
    qsizetype m_edits = -1;
    bool m_training = false;
};

}
