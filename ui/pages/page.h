// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// One page of the window. It wires models to views and holds no logic of its own.
class Page : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    /// The part of the experiment that the inspector shows beside this page: dotted paths of groups or fields
    /// (`train.optimizer`, `train.schedule`), in order; empty if the page fills the inspector itself.
    virtual QStringList inspected() const { return {}; }
    /// A widget of the page's own for the inspector (facts, a card), shown above the form; nullptr if none.
    virtual QWidget* inspectorPanel() { return nullptr; }
    /// Shows a part of the page by its name; false if there is none of that name.
    virtual bool showSection(const QString& path)
    {
        (void)path;
        return false;
    }

Q_SIGNALS:
    /// `inspected` or `inspectorPanel` changed.
    void inspectedChanged();
    /// The inspector should show this setting, or this item of a list.
    void wanted(const QString& path);
};

}
